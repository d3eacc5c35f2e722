import fs from "node:fs";

/** In the environment of every process of a run, unless it takes it out itself. */
export const RUN_MARK = "SECONDSITE_RUN_ID";

export interface RunProcess {
  readonly pid: number;
  readonly start: string;
  readonly residentBytes: number;
}

interface Stat extends RunProcess {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

const PAGE_BYTES = 4096;
const UNKNOWN = "unknown";

/**
 * Finds the processes of a run: who descends from its first one, is or was in its group or session, was known before, or
 * carries its mark. Whoever leaves the group, the session and its parents is still found by one of these.
 */
export class RunProcesses {
  readonly #known = new Map<number, string>();
  readonly #strangers = new Map<number, string>();

  /** `first`: leads the run's group; null: it is gone, and only the mark is left to go by. */
  constructor(
    readonly runId: string,
    readonly first: number | null,
  ) {}

  /** Those that live now; zombies do not. */
  find(): RunProcess[] {
    const all = allProcesses();
    // Systems without /proc: of the group it is known only whether anybody is in it.
    if (all.length === 0) return this.first !== null && groupLives(this.first) ? [bare(this.first)] : [];
    const byPid = new Map(all.map((one) => [one.pid, one]));
    const ours = all.filter((one) => this.#isOurs(one, byPid));
    this.#known.clear();
    for (const one of ours) this.#known.set(one.pid, one.start);
    return ours;
  }

  /** Sends a signal to each of them that is still the one that was found. */
  signal(signal: NodeJS.Signals): number {
    const found = this.find();
    // A group is signalled only where its members cannot be named: its number may be another's by now.
    for (const { pid, start } of found) send(start === UNKNOWN ? -pid : pid, signal);
    return found.length;
  }

  #isOurs(one: Stat, byPid: ReadonlyMap<number, Stat>): boolean {
    if (one.pid === process.pid) return false;
    if (this.#known.get(one.pid) === one.start) return true;
    const { first } = this;
    if (first !== null && (one.pid === first || one.group === first || one.session === first)) return true;
    for (let up = byPid.get(one.parent); up !== undefined; up = byPid.get(up.parent)) {
      if (up.pid === first || this.#known.get(up.pid) === up.start) return true;
    }
    return this.#carriesMark(one);
  }

  #carriesMark({ pid, start }: Stat): boolean {
    if (this.#strangers.get(pid) === start) return false;
    if (environmentOf(pid).includes(`${RUN_MARK}=${this.runId}`)) return true;
    this.#strangers.set(pid, start);
    return false;
  }
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    // Gone by itself in the meantime, which is what is wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function groupLives(leader: number): boolean {
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}

const bare = (pid: number): RunProcess => ({ pid, start: UNKNOWN, residentBytes: 0 });

function allProcesses(): Stat[] {
  return namesIn("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
}

function statOf(pid: number): Stat | null {
  const text = textOf(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group, session] = fields;
  if (text === "" || state === "Z" || state === "X") return null;
  return {
    ...{ pid, parent: Number(parent), group: Number(group), session: Number(session) },
    start: fields[19] ?? "",
    residentBytes: Number(fields[21] ?? 0) * PAGE_BYTES,
  };
}

const environmentOf = (pid: number): string[] => textOf(`/proc/${pid}/environ`).split("\0");

/** Empty when the process has gone, or is another user's. */
function textOf(file: string): string {
  try {
    return fs.readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
