/**
 * The lines that the ledger guest writes on its first serial port:
 *
 *   SECONDSITE-GUEST host=CONTOSO-SQL boot=3 ledger=ok orders=123 last=2026-11-22T18:00:00
 *   SECONDSITE-GUEST host=CONTOSO-SQL boot=3 ledger=damaged at=57 orders=56 last=2026-11-22T17:58:00
 *   SECONDSITE-GUEST config=damaged
 *   ORDER 124 2026-11-22T18:00:01 14990      (cents)
 *   DISK-ERROR code=10 order=125             (BIOS disk status, hexadecimal; the order is tried again)
 *   LEDGER-FULL orders=262144
 *   QUIESCED orders=124 mark=7               (answer to the byte S: no order is under way, mark 7 is on the disk)
 *   QUIESCE-FAILED orders=124                (answer to S: the mark could not be written, or the ledger is damaged)
 *   RESUMED orders=124                       (answer to the byte R, and by itself ten seconds after S)
 */
export type GuestLine =
  | {
      readonly kind: "boot";
      readonly hostName: string;
      readonly startNumber: number;
      readonly verdict: "ok" | "damaged" | "unreadable";
      readonly damagedAt: number | null;
      readonly orders: number;
      readonly lastAt: string | null;
    }
  | { readonly kind: "order"; readonly sequence: number; readonly at: string; readonly amountCents: number }
  | { readonly kind: "diskError"; readonly code: number; readonly order: number }
  | { readonly kind: "full" | "resumed" | "quiesceFailed"; readonly orders: number }
  /** `mark` is null for a guest of an older version, which does not write one. */
  | { readonly kind: "quiesced"; readonly orders: number; readonly mark: number | null }
  | { readonly kind: "badConfiguration" };

const BOOT =
  /^SECONDSITE-GUEST host=(\S+) boot=(\d+) ledger=(ok|damaged|unreadable)(?: at=(\d+))? orders=(\d+) last=(\S+)$/;
const ORDER = /^ORDER (\d+) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) (\d+)$/;
const DISK_ERROR = /^DISK-ERROR code=([0-9A-F]{2}) order=(\d+)$/;
const COUNTED = /^(LEDGER-FULL|QUIESCE-FAILED|RESUMED) orders=(\d+)$/;
const COUNTED_KINDS = { "LEDGER-FULL": "full", "QUIESCE-FAILED": "quiesceFailed", RESUMED: "resumed" } as const;
const QUIESCED = /^QUIESCED orders=(\d+)(?: mark=(\d+))?$/;

/** One line without its end; null for anything that the guest does not say (a BIOS message, somebody else's system). */
export function parseGuestLine(line: string): GuestLine | null {
  const order = ORDER.exec(line);
  if (order) return { kind: "order", sequence: Number(order[1]), at: order[2] ?? "", amountCents: Number(order[3]) };
  const boot = BOOT.exec(line);
  if (boot) return bootLine(boot);
  const fault = DISK_ERROR.exec(line);
  if (fault) return { kind: "diskError", code: parseInt(fault[1] ?? "", 16), order: Number(fault[2]) };
  const counted = COUNTED.exec(line);
  if (counted) {
    return { kind: COUNTED_KINDS[counted[1] as keyof typeof COUNTED_KINDS], orders: Number(counted[2]) };
  }
  const quiesced = QUIESCED.exec(line);
  if (quiesced) {
    const mark = quiesced[2] === undefined ? null : Number(quiesced[2]);
    return { kind: "quiesced", orders: Number(quiesced[1]), mark };
  }
  return line === "SECONDSITE-GUEST config=damaged" ? { kind: "badConfiguration" } : null;
}

function bootLine(match: RegExpExecArray): GuestLine {
  return {
    kind: "boot",
    hostName: match[1] ?? "",
    startNumber: Number(match[2]),
    verdict: match[3] as "ok" | "damaged" | "unreadable",
    damagedAt: match[4] === undefined ? null : Number(match[4]),
    orders: Number(match[5]),
    lastAt: match[6] === "none" ? null : (match[6] ?? null),
  };
}

export interface GuestOrders {
  readonly count: number;
  readonly lastAt: string | null;
  readonly verdict: "ok" | "damaged";
}

/** Follows a serial port, byte by byte or in pieces, and knows what the guest has confirmed so far. */
export class GuestSerialFollower {
  #partial = "";
  #orders: GuestOrders | null = null;
  #problem: string | null = null;
  readonly #listeners = new Set<(line: GuestLine) => void>();

  /** Null until the guest has reported its ledger. */
  get orders(): GuestOrders | null {
    return this.#orders;
  }

  /** What the guest last complained about, null when the last thing it said was good. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Every line that the guest says from now on. Returns the unsubscribe function. */
  onLine(listener: (line: GuestLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  push(text: string): void {
    const lines = (this.#partial + text).split("\n");
    this.#partial = (lines.pop() ?? "").slice(-1024);
    for (const line of lines) this.#take(parseGuestLine(line.replace(/\r$/, "")));
  }

  #take(line: GuestLine | null): void {
    if (line === null) return;
    for (const listener of this.#listeners) listener(line);
    switch (line.kind) {
      case "boot":
        this.#orders = { count: line.orders, lastAt: line.lastAt, verdict: line.verdict === "ok" ? "ok" : "damaged" };
        this.#problem = line.verdict === "ok" ? null : `The ledger is ${line.verdict}.`;
        return;
      case "order":
        this.#orders = { count: line.sequence, lastAt: line.at, verdict: "ok" };
        this.#problem = null;
        return;
      case "diskError":
        this.#problem = `The guest could not write order ${line.order} to its disk (BIOS code ${line.code}).`;
        return;
      case "full":
        this.#problem = `The ledger is full with ${line.orders} orders.`;
        return;
      case "badConfiguration":
        this.#problem = "The guest's configuration sector is damaged.";
        return;
      case "quiesced":
      case "quiesceFailed":
      case "resumed":
        return;
    }
  }
}
