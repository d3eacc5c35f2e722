import fs from "node:fs";
import path from "node:path";
import type { StoredObject } from "@/lib/engine/vault/object-store";
import type { PackCoverage } from "./vault-worker-protocol";

/** Records: SHA-256 of the pack's name, then the instant in milliseconds. */
const RECORD_BYTES = 40;
/** A check that is killed reads at most so much again. */
const SAVE_EVERY_NOTES = 64;

/**
 * When each pack of a vault was last read and found sound: a file in the home folder, so that a check goes on where it was
 * interrupted and a scrub begins with what was not read for the longest time. Losing it costs reading again, nothing else.
 */
export interface PackLedger {
  note(name: string, atMs: number): void;
  /** What to read now: nothing read at or after `sinceMs`, the longest unread first, up to the budget but at least one. */
  due(packs: readonly StoredObject[], sinceMs: number, budgetBytes: number): ReadonlySet<string>;
  forgetAllBut(present: readonly string[]): void;
  coverage(present: readonly string[]): PackCoverage;
  save(): void;
}

export function openPackLedger(file: string): PackLedger {
  const readAt = load(file);
  let unsaved = 0;
  const save = () => {
    if (unsaved > 0) store(file, readAt);
    unsaved = 0;
  };
  return {
    note(name, atMs) {
      readAt.set(shaOf(name), atMs);
      unsaved += 1;
      if (unsaved >= SAVE_EVERY_NOTES) save();
    },
    due(packs, sinceMs, budgetBytes) {
      const age = ({ name }: StoredObject) => readAt.get(shaOf(name)) ?? 0;
      const done = packs.filter((pack) => age(pack) >= sinceMs);
      const waiting = packs.filter((pack) => age(pack) < sinceMs).sort((a, b) => age(a) - age(b));
      const chosen = new Set<string>();
      let bytes = done.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      for (const pack of waiting) {
        if (bytes > 0 && bytes + pack.sizeBytes > budgetBytes) break;
        bytes += pack.sizeBytes;
        chosen.add(pack.name);
      }
      return chosen;
    },
    forgetAllBut(present) {
      const kept = new Set(present.map(shaOf));
      for (const sha of readAt.keys()) {
        if (kept.has(sha)) continue;
        readAt.delete(sha);
        unsaved += 1;
      }
    },
    coverage(present) {
      const times = present.map((name) => readAt.get(shaOf(name)));
      const packsNeverRead = times.filter((time) => time === undefined).length;
      const oldest = times.reduce<number>((least, time) => Math.min(least, time ?? Infinity), Infinity);
      const all = packsNeverRead === 0 && Number.isFinite(oldest);
      return { packs: present.length, packsNeverRead, allReadSince: all ? new Date(oldest).toISOString() : null };
    },
    save,
  };
}

function shaOf(name: string): string {
  return name.slice(-64);
}

function load(file: string): Map<string, number> {
  const readAt = new Map<string, number>();
  if (!fs.existsSync(file)) return readAt;
  const bytes = fs.readFileSync(file);
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    readAt.set(bytes.toString("hex", at, at + 32), bytes.readDoubleLE(at + 32));
  }
  return readAt;
}

function store(file: string, readAt: ReadonlyMap<string, number>): void {
  const bytes = Buffer.alloc(readAt.size * RECORD_BYTES);
  let at = 0;
  for (const [sha, time] of readAt) {
    bytes.write(sha, at, "hex");
    bytes.writeDoubleLE(time, at + 32);
    at += RECORD_BYTES;
  }
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.writeFileSync(`${file}.new`, bytes, { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}
