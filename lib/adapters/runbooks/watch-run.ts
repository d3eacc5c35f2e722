import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { RunbookEnd, RunbookEndReason } from "@/lib/operations/ports/runbook-runner";
import { lowerSession } from "../system/process-priority";
import { bareEnvironment, confined, NOBODY, placeOfWork } from "./confinement";
import { makeWork } from "./find-confinement";
import { folderBytes } from "./folder-size";
import { CONTEXT_FILE, languageOf } from "./languages";
import { OutputSink } from "./output-sink";
import { RunFolder, type WatchOrder } from "./run-folder";
import { RUN_MARK, RunProcesses } from "./run-processes";

const LOOK_MS = 200;
const FOLDER_LOOK_MS = 1_000;
/** After a kill: until the kernel has taken every process away. */
const GONE_MS = 10_000;

/**
 * Runs one runbook to its end, whatever that is, and records it. It watches alone: the server may be killed and started
 * again meanwhile. It ends when the runbook ends, when a limit is reached, when the file `cancel` appears, or when its
 * folder has vanished.
 */
export async function watchRun(order: WatchOrder): Promise<void> {
  const folder = new RunFolder(order.folder);
  if (!folder.claim()) return;
  await new RunWatch(order, folder).run();
}

class RunWatch {
  readonly #startedAt = new Date().toISOString();
  readonly #startedMs = performance.now();
  readonly #sink: OutputSink;
  readonly #work: string;
  #reason: RunbookEndReason = "exited";
  #message = "";
  #memoryBytesMax = 0;
  #folderLookedMs = -Infinity;
  #stopAsked = false;

  constructor(
    private readonly order: WatchOrder,
    private readonly folder: RunFolder,
  ) {
    const { secrets, limits } = order.run;
    this.#sink = new OutputSink(folder.output, secrets, limits.outputKeptBytes);
    this.#work = makeWork(order.confinement, order.folder);
    process.on("SIGTERM", () => (this.#stopAsked = true));
    process.on("SIGINT", () => (this.#stopAsked = true));
  }

  async run(): Promise<void> {
    this.#writeScript();
    const child = this.#spawn();
    const started = child.pid !== undefined;
    const processes = new RunProcesses(this.order.run.runId, child.pid ?? null);
    const over = started ? once(child, "exit") : Promise.resolve([null, null]);
    const closed = started ? once(child, "close") : Promise.resolve();
    if (started) await this.#watch(over, processes);
    await this.#endAll(processes, over);
    // Pipes close when the last process that holds them is gone; that was just seen to.
    await Promise.race([closed, delay(GONE_MS)]);
    const [exitCode, signal] = (await over) as [number | null, string | null];
    this.#finish(exitCode, signal);
  }

  #writeScript(): void {
    const { run } = this.order;
    const language = languageOf(run.kind);
    const files = {
      ...language.helpers,
      [language.scriptName]: run.text,
      [CONTEXT_FILE]: JSON.stringify(run.context, null, 2),
    };
    const owner = fs.statSync(this.#work);
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.#work, name);
      fs.writeFileSync(file, text, { mode: 0o600 });
      if (owner.uid === NOBODY) fs.chownSync(file, owner.uid, owner.gid);
    }
  }

  #spawn(): ChildProcess {
    const { run, confinement, interpreter } = this.order;
    const place = placeOfWork(confinement, this.#work);
    const command = [interpreter, ...languageOf(run.kind).arguments(run.limits)];
    const line = confined(confinement, this.#work, run.limits, command);
    const child = spawn(line.command, [...line.args], {
      cwd: this.#work,
      env: bareEnvironment(place, {
        ...run.environment,
        SECONDSITE_CONTEXT_FILE: path.join(place, CONTEXT_FILE),
        [RUN_MARK]: run.runId,
      }),
      // A session and a group of its own, so that all of it can be ended at once.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      ...(line.uid === undefined ? {} : { uid: line.uid, gid: line.gid ?? line.uid }),
    });
    if (child.pid !== undefined) lowerSession(child.pid);
    child.on("error", (error) => this.#end("notStarted", error.message));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => this.#take(chunk));
    }
    return child;
  }

  #take(chunk: Buffer): void {
    // What it still prints while it is being ended is read, so that it cannot wait for us, and dropped.
    if (this.#reason === "output") return;
    this.#sink.write(chunk);
    const { outputBytes } = this.order.run.limits;
    if (this.#sink.bytes > outputBytes) this.#end("output", `It printed more than ${outputBytes} bytes.`);
  }

  #end(reason: RunbookEndReason, message: string): void {
    if (this.#reason !== "exited") return;
    this.#reason = reason;
    this.#message = message;
  }

  /** Returns when it has ended by itself, or has to be ended. */
  async #watch(over: Promise<unknown>, processes: RunProcesses): Promise<void> {
    let exited = false;
    void over.then(() => (exited = true));
    while (!exited && this.#reason === "exited") {
      await Promise.race([over, delay(LOOK_MS)]);
      if (exited) return;
      this.#checkLimits(processes);
    }
  }

  #checkLimits(processes: RunProcesses): void {
    const { limits } = this.order.run;
    if (!this.folder.exists()) return this.#end("cancelled", "Its folder was removed.");
    this.folder.writeOutputBytes(this.#sink.bytes);
    if (this.folder.cancelRequested() || this.#stopAsked) return this.#end("cancelled", "");
    if (this.#elapsedMs > limits.timeoutSeconds * 1000) {
      return this.#end("timeout", `It ran longer than ${limits.timeoutSeconds} seconds.`);
    }
    const found = processes.find();
    const memoryBytes = found.reduce((sum, one) => sum + one.residentBytes, 0);
    this.#memoryBytesMax = Math.max(this.#memoryBytesMax, memoryBytes);
    if (memoryBytes > limits.memoryBytes) {
      return this.#end(
        "memory",
        `Its processes had ${memoryBytes} bytes in memory; ${limits.memoryBytes} are allowed.`,
      );
    }
    if (found.length > limits.processCount) {
      return this.#end("processes", `It had ${found.length} processes; ${limits.processCount} are allowed.`);
    }
    if (this.#elapsedMs - this.#folderLookedMs < FOLDER_LOOK_MS) return;
    this.#folderLookedMs = this.#elapsedMs;
    const stored = folderBytes(this.#work);
    if (stored > limits.folderBytes) {
      this.#end("folder", `It wrote ${stored} bytes into its folder; ${limits.folderBytes} are allowed.`);
    }
  }

  /** Nothing of a run outlives it: asked first, then killed, until a look finds none. */
  async #endAll(processes: RunProcesses, over: Promise<unknown>): Promise<void> {
    if (this.#reason === "exited" && processes.find().length === 0) return;
    if (this.#reason !== "exited") {
      processes.signal("SIGTERM");
      await waitUntil(() => processes.find().length === 0, this.order.graceMs);
    }
    const gone = await waitUntil(() => processes.signal("SIGKILL") === 0, GONE_MS);
    if (!gone) this.#message += " Some of its processes could not be ended.";
    await Promise.race([over, delay(GONE_MS)]);
  }

  #finish(exitCode: number | null, signal: string | null): void {
    const output = this.#sink.close();
    // Before its end can be known: what is known to have ended has left nothing.
    fs.rmSync(this.#work, { recursive: true, force: true });
    if (!this.folder.exists()) return;
    const end: RunbookEnd = {
      ...{ reason: this.#reason, exitCode, signal, message: this.#message.trim(), startedAt: this.#startedAt },
      endedAt: new Date().toISOString(),
      seconds: Math.round(this.#elapsedMs) / 1000,
      outputBytes: output.bytes,
      outputSha256: output.sha256,
      memoryBytesMax: this.#memoryBytesMax,
    };
    this.folder.writeEnd(end);
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startedMs;
  }
}

async function waitUntil(holds: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) return false;
    await delay(50);
  }
  return true;
}
