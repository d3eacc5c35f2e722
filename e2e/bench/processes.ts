import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { SupervisorClient } from "@/lib/site/supervisor/supervisor-client";
import type { PortalProcess } from "@/lib/testing/drive/portal-process";
import { sum } from "./statistics";

/** /proc counts processor time in ticks of USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface NamedProcess {
  readonly pid: number;
  readonly name: string;
}

/** Every process of a portal: the supervisor, what it keeps running, and what those started themselves. */
export async function processesOf(portal: PortalProcess): Promise<NamedProcess[]> {
  const client = new SupervisorClient(path.join(portal.home, "run", "supervisor.sock"));
  const known = new Map([[portal.supervisorPid, "supervisor"]]);
  for (const { name, pid } of await client.processes()) if (pid !== null) known.set(pid, name);
  return descendantsOf(portal.supervisorPid).map((pid) => ({ pid, name: known.get(pid) ?? programOf(pid) }));
}

export async function processNamed(portal: PortalProcess, wanted: RegExp): Promise<NamedProcess> {
  const all = await processesOf(portal);
  const found = all.find(({ name }) => wanted.test(name));
  if (!found) throw new Error(`no process ${String(wanted)} among ${all.map(({ name }) => name).join(", ")}`);
  return found;
}

/** User and system time of all its threads so far; what a process that has ended used is lost to us: 0. */
export function cpuSecondsOf(pid: number): number {
  const fields = statFields(pid);
  return fields === null ? 0 : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/**
 * Begins to count what other programs take of this machine; the answer ends it and gives their share of all cores, which is to
 * be held against every other figure.
 */
export function watchOthers(): () => number {
  const before = { all: busySeconds(), ours: ourSeconds(), at: performance.now() };
  return () => {
    const elapsed = (performance.now() - before.at) / 1000;
    const others = busySeconds() - before.all - (ourSeconds() - before.ours);
    return Math.max(0, others) / elapsed / os.cpus().length;
  };
}

/** This process and everything that it started, down to what has ended since. */
function ourSeconds(): number {
  const ticks = descendantsOf(process.pid).flatMap((pid) => statFields(pid)?.slice(11, 15).map(Number) ?? []);
  return sum(ticks) / TICKS_PER_SECOND;
}

/** Of all processes together: all but idle and waiting for disks. Stolen time is others' too. */
function busySeconds(): number {
  const fields =
    fs.readFileSync("/proc/stat", "utf8").split("\n")[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = fields;
  return (user + nice + system + interrupts + softInterrupts + stolen) / TICKS_PER_SECOND;
}

export interface Memory {
  readonly nowBytes: number;
  readonly peakBytes: number;
}

export function memoryOf(pid: number): Memory | null {
  const status = readProc(pid, "status");
  if (status === null) return null;
  const kibibytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { nowBytes: kibibytes("VmRSS"), peakBytes: kibibytes("VmHWM") };
}

/** The root first. */
export function descendantsOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of fs.readdirSync("/proc")) {
    const fields = /^\d+$/.test(entry) ? statFields(Number(entry)) : null;
    if (fields === null) continue;
    const parent = Number(fields[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** From the state on: the program's name before it may hold blanks. */
function statFields(pid: number): string[] | null {
  const stat = readProc(pid, "stat");
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function programOf(pid: number): string {
  const words = readProc(pid, "cmdline")?.split("\0") ?? [];
  const program = words.find((word) => word.endsWith(".mjs"));
  return program === undefined ? `process ${path.basename(words[0] ?? "?")}` : path.basename(program, ".mjs");
}

function readProc(pid: number, file: string): string | null {
  try {
    return fs.readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
  } catch (error) {
    // ESRCH: it ended between the opening of the file and the reading of it.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/** Keeps the peaks of processes that come and go while other things are measured. */
export class MemoryWatch {
  readonly #portal: PortalProcess;
  readonly #peaks = new Map<string, Memory>();
  #timer: NodeJS.Timeout | null = null;
  #failure: unknown = null;

  constructor(portal: PortalProcess) {
    this.#portal = portal;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#look().catch((error: unknown) => (this.#failure = error));
    }, 1_000);
  }

  async #look(): Promise<void> {
    for (const { name, pid } of await processesOf(this.#portal)) {
      const memory = memoryOf(pid);
      const before = this.#peaks.get(name);
      if (memory === null) continue;
      this.#peaks.set(name, { ...memory, peakBytes: Math.max(memory.peakBytes, before?.peakBytes ?? 0) });
    }
  }

  /** Stops watching. Last seen and highest of each name. */
  async stop(): Promise<ReadonlyMap<string, Memory>> {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#failure !== null) throw this.#failure as Error;
    await this.#look();
    return this.#peaks;
  }
}
