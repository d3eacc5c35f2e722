import path from "node:path";
import { Fault } from "@/lib/kernel/fault";
import type { FolderFile, FolderFiles } from "@/lib/adapters/stores/folder-files";
import type { TestClock } from "../test-clock";
import type { SimFile, SimMedium } from "./sim-medium";

/** What happens to a process at one of its calls. Calls are counted from 1. */
export type PlannedFault =
  | { readonly kind: "kill" | "killAfterEffect" | "powerFailure" | "fail"; readonly atCall: number }
  | { readonly kind: "full"; readonly freeBytes: number }
  | { readonly kind: "flipOnRead"; readonly atCall: number }
  | { readonly kind: "none" };

/** Mistakes that a store could make; the simulation must find each. */
export type PlantedBug = "none" | "filesNotSynced" | "foldersNotSynced" | "answersBeforeStoring";

const DELAY_TURNS_MAX = 6;

/**
 * One process's view of the medium: every call takes its time, so that calls that are under way together end in any order;
 * at the planned one the fault strikes. After its death nothing happens any more and no promise of it ever settles.
 */
export class SimProcess implements FolderFiles {
  calls = 0;
  readonly died: Promise<void>;
  #dead = false;
  #announceDeath: () => void = () => undefined;

  constructor(
    readonly name: string,
    private readonly medium: SimMedium,
    private readonly fault: PlannedFault,
    private readonly world: {
      readonly clock: TestClock;
      readonly chance: (below: number) => number;
      readonly trace: (line: string) => void;
      readonly onPowerFailure: () => void;
      readonly bug: PlantedBug;
    },
  ) {
    this.died = new Promise((resolve) => {
      this.#announceDeath = resolve;
    });
  }

  get isDead(): boolean {
    return this.#dead;
  }

  die(why: string): void {
    if (this.#dead) return;
    this.#dead = true;
    this.world.trace(`${this.name}: ${why} at call ${this.calls}`);
    this.#announceDeath();
  }

  /** Any effect outside the process that must not happen after its death; reads of the control plane too. */
  async call<T>(what: string, effect: (faulty: Strike) => T): Promise<T> {
    this.calls += 1;
    const strike = this.#strike(what);
    for (let turn = this.world.chance(DELAY_TURNS_MAX); turn > 0; turn--) await nextTurn();
    if (this.#dead) return never();
    if (strike === "kill" || strike === "powerFailure") {
      this.#kill(strike, what);
      return never();
    }
    if (strike === "fail") {
      this.world.trace(`${this.name}: ${what} fails`);
      throw osError("EIO", what);
    }
    const result = effect(strike);
    if (strike === "killAfterEffect") {
      this.#kill("kill", `${what}, after its effect`);
      return never();
    }
    return result;
  }

  /** An effect on the control plane: what fails there is a fault, as the production's clients say it. */
  async tell<T>(what: string, effect: () => T): Promise<T> {
    try {
      return await this.call(what, effect);
    } catch (cause) {
      const about = { possibleCauses: "A test planted it.", recommendedAction: "None." };
      throw new Fault({ code: "VaultNotReachable", message: `${what} failed`, ...about }, { cause, retryable: true });
    }
  }

  async makeFolder(folder: string): Promise<string | undefined> {
    return this.call(`mkdir ${folder}`, () => {
      let first: string | undefined;
      const missing = [];
      for (let at = folder; !this.medium.hasFolder(at); at = path.posix.dirname(at)) missing.push(at);
      for (const made of missing.reverse()) {
        first ??= made;
        this.medium.addFolder(made);
      }
      return first;
    });
  }

  /** Two calls, so that a kill may fall between them and leave half of the bytes. */
  async write(file: string, bytes: Uint8Array): Promise<FolderFile> {
    const entry: SimFile = { content: Buffer.alloc(0), durable: null, modifiedAtMs: this.world.clock.now().getTime() };
    const half = this.world.chance(bytes.length + 1);
    await this.call(`write ${file}`, () => {
      if (!this.medium.hasFolder(path.posix.dirname(file))) throw osError("ENOENT", file);
      entry.content = Buffer.from(bytes.subarray(0, half));
      this.medium.put(file, entry);
    });
    await this.call(`write on ${file}`, () => {
      const full = this.fault.kind === "full" && this.medium.usedBytes() + bytes.length > this.fault.freeBytes;
      if (full) {
        this.world.trace(`${this.name}: disk full writing ${file}`);
        throw osError("ENOSPC", file);
      }
      entry.content = Buffer.from(bytes);
    });
    return this.#handle(file, entry);
  }

  async open(file: string): Promise<FolderFile> {
    return this.call(`open ${file}`, () => this.#handle(file, this.#entry(file)));
  }

  async rename(from: string, to: string): Promise<void> {
    return this.call(`rename to ${to}`, () => {
      this.#entry(from);
      this.medium.rename(from, to);
    });
  }

  async remove(file: string): Promise<void> {
    return this.call(`remove ${file}`, () => this.medium.remove(file));
  }

  async syncFolder(folder: string): Promise<void> {
    return this.call(`sync folder ${folder}`, () => {
      if (!this.medium.hasFolder(folder)) throw osError("ENOENT", folder);
      if (this.world.bug !== "foldersNotSynced") this.medium.syncFolder(folder);
    });
  }

  async stat(file: string): Promise<{ readonly size: number; readonly modifiedAt: Date } | null> {
    return this.call(`stat ${file}`, () => {
      const entry = this.medium.get(file);
      return entry === undefined ? null : { size: entry.content.length, modifiedAt: new Date(entry.modifiedAtMs) };
    });
  }

  async filesBelow(folder: string): Promise<string[]> {
    return this.call(`list ${folder}`, () => {
      const at = folder.endsWith("/") ? folder.slice(0, -1) : folder;
      if (!this.medium.hasFolder(at)) throw osError("ENOENT", folder);
      return this.medium.below(at);
    });
  }

  #handle(file: string, entry: SimFile): FolderFile {
    const read = (strike: Strike, bytes: Buffer) => {
      if (strike !== "flipOnRead" || bytes.length === 0) return bytes;
      const at = this.world.chance(bytes.length);
      this.world.trace(`${this.name}: bit flipped reading ${file} at ${at}`);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << this.world.chance(8));
      return bytes;
    };
    return {
      readAll: () => this.call(`read ${file}`, (strike) => read(strike, Buffer.from(entry.content))),
      read: (into, at, length, position) =>
        this.call(`read ${file}`, (strike) => {
          const bytes = read(strike, Buffer.from(entry.content.subarray(position, position + length)));
          into.set(bytes, at);
          return bytes.length;
        }),
      sync: () =>
        this.call(`sync ${file}`, () => {
          if (this.world.bug !== "filesNotSynced") this.medium.syncFile(entry);
        }),
      close: async () => undefined,
    };
  }

  #entry(file: string): SimFile {
    const entry = this.medium.get(file);
    if (entry === undefined) throw osError("ENOENT", file);
    return entry;
  }

  #strike(what: string): Strike {
    const { fault } = this;
    if (!("atCall" in fault)) return null;
    if (fault.kind === "flipOnRead")
      return what.startsWith("read") && this.calls >= fault.atCall && this.#once() ? "flipOnRead" : null;
    return fault.atCall === this.calls ? fault.kind : null;
  }

  #flipped = false;
  #once(): boolean {
    const first = !this.#flipped;
    this.#flipped = true;
    return first;
  }

  #kill(kind: "kill" | "powerFailure", what: string): void {
    this.die(`${kind === "kill" ? "killed" : "the power fails"} in ${what}`);
    if (kind === "powerFailure") this.world.onPowerFailure();
  }
}

type Strike = "kill" | "killAfterEffect" | "powerFailure" | "fail" | "flipOnRead" | null;

function osError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
