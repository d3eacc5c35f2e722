import fs from "node:fs";
import path from "node:path";
import type { RunbookEnd, RunbookStart, RunningProcess } from "@/lib/operations/ports/runbook-runner";
import { replaceFile } from "@/lib/adapters/certificates/private-files";
import { processStart } from "@/lib/site/supervisor/process-start";
import type { Confinement } from "./confinement";

/** What the watching program is told, on its standard input: it holds secrets and never lies in a file. */
export interface WatchOrder {
  readonly run: RunbookStart;
  readonly folder: string;
  readonly interpreter: string;
  readonly confinement: Confinement;
  /** Between being asked to end and being killed. */
  readonly graceMs: number;
}

/** The files of one run. Everything but `work` is written by us only. */
export class RunFolder {
  constructor(readonly folder: string) {}

  /** Working folder of the runbook; emptied at its end. */
  get work(): string {
    return path.join(this.folder, "work");
  }
  /** What is kept of its output, secrets masked. */
  get output(): string {
    return path.join(this.folder, "output");
  }

  exists(): boolean {
    return fs.existsSync(this.folder);
  }

  /** Makes this process the one that runs it. False when another already is, or was. */
  claim(): boolean {
    const own = path.join(this.folder, `claim.${process.pid}`);
    const claim: RunningProcess = { processId: process.pid, processStart: processStart(process.pid) ?? "unknown" };
    fs.writeFileSync(own, JSON.stringify(claim), { mode: 0o600 });
    try {
      // A link appears whole or not at all, and only once.
      fs.linkSync(own, this.#claim);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      fs.rmSync(own, { force: true });
    }
  }

  claimed(): RunningProcess | null {
    return readJson<RunningProcess>(this.#claim);
  }

  writeEnd(end: RunbookEnd): void {
    replaceFile(this.#end, JSON.stringify(end), 0o600);
  }

  readEnd(): RunbookEnd | null {
    return readJson<RunbookEnd>(this.#end);
  }

  requestCancel(): void {
    fs.writeFileSync(this.#cancel, "", { mode: 0o600 });
  }

  cancelRequested(): boolean {
    return fs.existsSync(this.#cancel);
  }

  /** Bytes printed so far: more than are kept, when it prints much. Lost with the machine, so it is not synced. */
  writeOutputBytes(count: number): void {
    const temporary = `${this.#count}.new`;
    fs.writeFileSync(temporary, String(count), { mode: 0o600 });
    fs.renameSync(temporary, this.#count);
  }

  readOutputBytes(): number {
    try {
      return Number(fs.readFileSync(this.#count, "utf8"));
    } catch {
      return 0;
    }
  }

  get #claim(): string {
    return path.join(this.folder, "claim");
  }
  get #end(): string {
    return path.join(this.folder, "end.json");
  }
  get #cancel(): string {
    return path.join(this.folder, "cancel");
  }
  get #count(): string {
    return path.join(this.folder, "output-bytes");
  }
}

function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
