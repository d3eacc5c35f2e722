import { spawn } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { descendantsOf, memoryOf } from "../processes";

const SAMPLE_MS = 20;
const TICKS_PER_SECOND = 100;

export interface Ran {
  readonly seconds: number;
  /** User and system time of the program and everything that it waited for. */
  readonly cpuSeconds: number;
  /** Highest resident memory of the whole process tree, looked at fifty times a second. */
  readonly peakBytes: number;
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program from its start to its end, as a shell would time it. Rejects with its last words when it fails. */
export async function timed(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const cpuBefore = childrenCpuSeconds();
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const peak = watchPeak(child.pid ?? 0);
  let output = "";
  let errors = "";
  child.stdout.on("data", (piece: Buffer) => (output += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (errors += piece.toString()));
  let seconds = 0;
  // The end of the process, not of its output, stops the clock.
  child.on("exit", () => (seconds = (performance.now() - started) / 1000));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const peakBytes = peak();
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${String(code)}: ${errors.slice(-2000)}`);
  return { seconds, cpuSeconds: childrenCpuSeconds() - cpuBefore, peakBytes, output };
}

/** One process: the kernel's own peak. Several: the highest sum seen. */
function watchPeak(pid: number): () => number {
  let peak = 0;
  const look = () => {
    const all = descendantsOf(pid).map((one) => memoryOf(one));
    const [root] = all;
    const now = all.reduce((sum, one) => sum + (one?.nowBytes ?? 0), 0);
    peak = Math.max(peak, now, root?.peakBytes ?? 0);
  };
  const timer = setInterval(look, SAMPLE_MS);
  look();
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/** Of children that have ended and were waited for. */
function childrenCpuSeconds(): number {
  const stat = fs.readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Bytes of all files below a folder. */
export function bytesBelow(folder: string): number {
  let total = 0;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) total += fs.statSync(`${entry.parentPath}/${entry.name}`).size;
  }
  return total;
}
