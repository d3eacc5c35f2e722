import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { Clock } from "@/lib/kernel/clock";
import { livePid, removePidFile, writePidFile } from "./pid-file";

/** A program that will not work however often it is started says so with this exit code (BSD's EX_CONFIG). */
export const EXIT_CONFIGURATION = 78;

const RESTART_DELAYS_MS = [100, 500, 1_000, 2_000, 3_000];
/** One that ran this long did start; the next end counts as the first. */
const SETTLED_MS = 30_000;
const GRACE_MS = 8_000;
const LOG_BYTES_MAX = 4 * 1024 * 1024;

export interface ProcessSpec {
  readonly name: string;
  /** Script for this Node. */
  readonly program: string;
  readonly args: readonly string[];
  /** All of it. */
  readonly env: NodeJS.ProcessEnv;
  readonly pidFile: string;
  /** Null: its output goes to ours. */
  readonly logFile: string | null;
  readonly clock: Clock;
  /** It ended with EXIT_CONFIGURATION and is not started again. */
  readonly onHopeless?: (name: string) => void;
}

/**
 * Keeps one child process running: started again when it dies, later and later when it dies at once. Its end follows
 * ours in any case: it has an IPC channel whose end it must take as the order to end, and what an earlier supervisor left
 * is killed before a new one starts.
 */
export class ManagedProcess {
  readonly #spec: ProcessSpec;
  #child: ChildProcess | null = null;
  #wanted = false;
  #restarts = 0;
  #quickEnds = 0;
  #startedAtMs = 0;
  #pause = new AbortController();

  constructor(spec: ProcessSpec) {
    this.#spec = spec;
  }

  get status(): { readonly pid: number | null; readonly running: boolean; readonly restarts: number } {
    return { pid: this.#child?.pid ?? null, running: this.#child !== null, restarts: this.#restarts };
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#spawn();
  }

  /** Ends it in order; by force when it takes too long. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#wanted = false;
    this.#pause.abort();
    const child = this.#child;
    if (child === null) return;
    const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
    child.kill("SIGTERM");
    const late = new AbortController();
    void this.#spec.clock.sleep(GRACE_MS, late.signal).then(
      () => child.kill("SIGKILL"),
      () => undefined,
    );
    await gone;
    late.abort();
  }

  /** Kills it as an outage would, and leaves it dead. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#wanted = false;
    this.#pause.abort();
    const child = this.#child;
    if (child === null) return;
    const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
    child.kill("SIGKILL");
    await gone;
  }

  async restart(): Promise<void> {
    await this.stop();
    this.#quickEnds = 0;
    this.start();
  }

  #spawn(): void {
    const { program, args, env, pidFile, clock } = this.#spec;
    const leftOver = livePid(pidFile);
    if (leftOver !== null) process.kill(leftOver, "SIGKILL");
    const output = this.#openOutput();
    // A session of its own: a terminal's Ctrl-C reaches us alone, and we end our children in order.
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ["ignore", output, output, "ipc"],
      detached: true,
      env,
    });
    if (typeof output === "number") fs.closeSync(output);
    this.#child = child;
    this.#startedAtMs = clock.monotonicMs();
    if (child.pid !== undefined) writePidFile(pidFile, child.pid);
    child.on("error", () => undefined); // It could not be started: `exit` does not come, `close` does.
    child.on("close", (code) => this.#ended(child, code));
  }

  #ended(child: ChildProcess, code: number | null): void {
    if (this.#child !== child) return;
    this.#child = null;
    const { pidFile, clock, onHopeless, name } = this.#spec;
    removePidFile(pidFile);
    if (!this.#wanted) return;
    if (code === EXIT_CONFIGURATION && onHopeless) {
      this.#wanted = false;
      onHopeless(name);
      return;
    }
    this.#quickEnds = clock.monotonicMs() - this.#startedAtMs >= SETTLED_MS ? 1 : this.#quickEnds + 1;
    this.#restarts += 1;
    const delayMs = RESTART_DELAYS_MS[Math.min(this.#quickEnds, RESTART_DELAYS_MS.length) - 1] ?? 3_000;
    this.#pause = new AbortController();
    const { signal } = this.#pause;
    void clock.sleep(delayMs, signal).then(
      () => {
        if (this.#wanted && this.#child === null) this.#spawn();
      },
      () => undefined,
    );
  }

  /** Appended; one that has grown large is begun anew, the older half of the story beside it. */
  #openOutput(): number | "inherit" {
    const { logFile } = this.#spec;
    if (logFile === null) return "inherit";
    fs.mkdirSync(path.dirname(logFile), { recursive: true, mode: 0o700 });
    if (fs.existsSync(logFile) && fs.statSync(logFile).size > LOG_BYTES_MAX) fs.renameSync(logFile, `${logFile}.1`);
    return fs.openSync(logFile, "a", 0o600);
  }
}
