import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { programPath } from "@/lib/adapters/engine-workers/program-path";
import type { RunbookKind } from "@/lib/domain/automation";
import { Fault } from "@/lib/kernel/fault";
import type {
  Interpreter,
  RunbookLook,
  RunbookProtection,
  RunbookRunner,
  RunbookStart,
} from "@/lib/operations/ports/runbook-runner";
import { processStart } from "@/lib/site/supervisor/process-start";
import type { Confinement, ConfinementLevel } from "./confinement";
import { findConfinement, makeWork, onSystemPath, runConfined, type FoundConfinement } from "./find-confinement";
import { LANGUAGES, type Language } from "./languages";
import { RunFolder, type WatchOrder } from "./run-folder";
import { RunProcesses } from "./run-processes";

const START_MS = 15_000;
const LOOK_MS = 25;
/** How long what was found about interpreters is believed: one that is installed is soon seen. */
const BELIEVED_MS = 60_000;

export interface RunbookOptions {
  /** Holds one folder for each run. */
  readonly runsFolder: string;
  /** Hidden from runbooks. */
  readonly home: string;
  /** The bundled bin/runbook-shell; found beside this program when left out. */
  readonly shellProgram?: string;
  readonly graceMs?: number;
  /** Which to try, in this order; by default the strongest first. */
  readonly levels?: readonly ConfinementLevel[];
}

export class ProcessRunbooks implements RunbookRunner {
  #confinement: Promise<FoundConfinement> | null = null;
  #interpreters: { readonly at: number; readonly found: Promise<readonly Interpreter[]> } | null = null;

  constructor(private readonly options: RunbookOptions) {}

  async protection(): Promise<RunbookProtection> {
    return (await this.#found()).protection;
  }

  interpreters(): Promise<readonly Interpreter[]> {
    const now = performance.now();
    if (this.#interpreters === null || now - this.#interpreters.at > BELIEVED_MS) {
      this.#interpreters = { at: now, found: this.#lookForInterpreters() };
    }
    return this.#interpreters.found;
  }

  async start(run: RunbookStart): Promise<void> {
    const folder = this.#folder(run.runId);
    if (folder.claimed() !== null) return;
    fs.mkdirSync(folder.folder, { recursive: true, mode: 0o700 });
    const { confinement } = await this.#found();
    const interpreter = await this.#interpreterOf(run.kind);
    await this.#startWatcher(folder, {
      ...{ run, confinement, interpreter, folder: folder.folder },
      graceMs: this.options.graceMs ?? 3_000,
    });
  }

  async look(runId: string): Promise<RunbookLook> {
    const folder = this.#folder(runId);
    const process = folder.claimed();
    if (process === null) return { state: "absent" };
    const alive = processStart(process.processId) === process.processStart;
    const end = folder.readEnd();
    if (end !== null) return { state: "ended", end };
    if (alive) return { state: "running", process, outputBytes: folder.readOutputBytes() };
    await endWhatIsLeft(runId);
    return { state: "died" };
  }

  async output(runId: string, fromByte: number, bytesMax: number): Promise<Buffer> {
    const { output } = this.#folder(runId);
    if (!fs.existsSync(output)) return Buffer.alloc(0);
    const handle = await fs.promises.open(output, "r");
    try {
      const buffer = Buffer.alloc(bytesMax);
      const { bytesRead } = await handle.read(buffer, 0, bytesMax, fromByte);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async outputTail(runId: string, bytesMax: number): Promise<string> {
    const { output } = this.#folder(runId);
    if (!fs.existsSync(output)) return "";
    const { size } = await fs.promises.stat(output);
    return (await this.output(runId, Math.max(0, size - bytesMax), bytesMax)).toString();
  }

  async cancel(runId: string): Promise<void> {
    const folder = this.#folder(runId);
    if (folder.exists()) folder.requestCancel();
  }

  async forget(runId: string): Promise<void> {
    await fs.promises.rm(this.#folder(runId).folder, { recursive: true, force: true });
  }

  #folder(runId: string): RunFolder {
    return new RunFolder(path.join(this.options.runsFolder, runId));
  }

  #found(): Promise<FoundConfinement> {
    fs.mkdirSync(this.options.runsFolder, { recursive: true, mode: 0o700 });
    this.#confinement ??= findConfinement(this.options.home, this.options.runsFolder, this.options.levels);
    return this.#confinement;
  }

  async #lookForInterpreters(): Promise<readonly Interpreter[]> {
    const { confinement } = await this.#found();
    return Promise.all(LANGUAGES.map((language) => findInterpreter(language, confinement, this.options.runsFolder)));
  }

  async #interpreterOf(kind: RunbookKind): Promise<string> {
    const found = (await this.interpreters()).find((interpreter) => interpreter.kind === kind);
    if (!found || found.path === null) throw notStarted(`Nothing here runs ${kind}. ${found?.installAdvice ?? ""}`);
    return found.path;
  }

  /** Waits until somebody has claimed the run: this watcher, or one that an earlier server started just before it died. */
  async #startWatcher(folder: RunFolder, order: WatchOrder): Promise<void> {
    const watcher = spawn(process.execPath, [this.options.shellProgram ?? programPath("runbook-shell.mjs")], {
      // A session of its own: what is pressed at this terminal, and the end of this process, are not its end.
      detached: true,
      stdio: ["pipe", "ignore", "pipe"],
      env: { PATH: process.env["PATH"] ?? "" } as unknown as NodeJS.ProcessEnv,
      cwd: order.folder,
    });
    const said: string[] = [];
    const ended = new Promise<void>((resolve) => {
      watcher.once("error", (error) => resolve(void said.push(error.message)));
      watcher.once("close", (code) => resolve(void said.push(`It ended with code ${code}.`)));
    });
    watcher.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString().slice(0, 500)));
    watcher.stdin.on("error", (error) => said.push(error.message));
    watcher.stdin.end(`${JSON.stringify(order)}\n`);
    const claimed = await this.#waitForClaim(folder, ended);
    if (!claimed) {
      // One that has not begun must not begin later, when it is taken for failed.
      watcher.kill("SIGKILL");
      await ended;
      if (folder.claimed() === null)
        throw notStarted(`The program that watches runbooks did not start. ${said.join(" ")}`);
    }
    watcher.stderr.destroy();
    watcher.unref();
  }

  async #waitForClaim(folder: RunFolder, ended: Promise<void>): Promise<boolean> {
    let over = false;
    void ended.then(() => (over = true));
    const deadline = performance.now() + START_MS;
    while (folder.claimed() === null) {
      if (over || performance.now() > deadline) return false;
      await delay(LOOK_MS);
    }
    return true;
  }
}

async function findInterpreter(language: Language, confinement: Confinement, scratch: string): Promise<Interpreter> {
  const { kind, installAdvice } = language;
  for (const command of language.commands) {
    const file = onSystemPath(command);
    if (file === null) continue;
    const work = makeWork(confinement, scratch);
    try {
      const version = (await runConfined(confinement, work, [file, ...language.versionArguments])).trim();
      return { kind, path: file, version: version.split("\n")[0] ?? "", installAdvice: null };
    } catch {
      // There, but it does not run where runbooks run: as good as missing.
      continue;
    } finally {
      fs.rmSync(work, { recursive: true, force: true });
    }
  }
  return { kind, path: null, version: null, installAdvice };
}

/** Whoever watched the run is gone. Its processes died with it, where the kernel sees to that; any others are ended now. */
async function endWhatIsLeft(runId: string): Promise<void> {
  const processes = new RunProcesses(runId, null);
  const deadline = performance.now() + START_MS;
  while (processes.signal("SIGKILL") > 0) {
    if (performance.now() > deadline) throw notStarted("What is left of an interrupted run cannot be ended.");
    await delay(LOOK_MS);
  }
}

function notStarted(reason: string): Fault {
  return new Fault({
    code: "RunbookNotStarted",
    message: `The runbook could not be started. ${reason.trim()}`,
    possibleCauses: "The machine has no memory or process left, a program is missing, or the disk is full.",
    recommendedAction: "Look at the reason above and try again; nothing of the runbook has run.",
  });
}
