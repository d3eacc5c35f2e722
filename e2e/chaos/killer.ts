import fs from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { SupervisorClient } from "@/lib/site/supervisor/supervisor-client";
import { seededRandom } from "@/lib/testing/seeded-random";

/** Kills processes of a portal with SIGKILL at instants that a seed decides; the supervisor starts them again. */
export interface KillReport {
  readonly total: number;
  readonly byProcess: ReadonlyMap<string, number>;
}

export async function killAtRandom(options: {
  readonly supervisorSocket: string;
  readonly kills: number;
  readonly seed: number;
  readonly pace: number;
  readonly onKill: (name: string, number: number) => void;
}): Promise<KillReport> {
  const supervisor = new SupervisorClient(options.supervisorSocket);
  const source = seededRandom(options.seed);
  const random = () => source.bytes(4).readUInt32LE() / 2 ** 32;
  const byProcess = new Map<string, number>();
  for (let number = 1; number <= options.kills;) {
    await delay((300 + random() * 2700) * options.pace);
    const running = withVaultWorkers((await supervisor.processes()).filter((one) => one.running && one.pid !== null));
    const victim = running[Math.floor(random() * running.length)];
    if (!victim || !tryKill(victim.pid ?? 0)) continue;
    byProcess.set(victim.name, (byProcess.get(victim.name) ?? 0) + 1);
    options.onKill(victim.name, number);
    number += 1;
  }
  return { total: options.kills, byProcess };
}

interface Victim {
  readonly name: string;
  readonly pid: number | null;
}

/** The children of a supervised process that work on vaults: nobody supervises them, the next task starts another. */
function withVaultWorkers(supervised: readonly Victim[]): Victim[] {
  const parents = new Set(supervised.map(({ pid }) => pid));
  const workers = fs.readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const program = fs.readFileSync(`/proc/${entry}/cmdline`, "utf8");
      const parent = Number(/^PPid:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/${entry}/status`, "utf8"))?.[1]);
      return program.includes("vault-worker.mjs") && parents.has(parent)
        ? [{ name: "vault worker", pid: Number(entry) }]
        : [];
    } catch {
      // It ended while it was looked at: there is nothing to kill.
      return [];
    }
  });
  return [...supervised, ...workers];
}

/** False when it died by itself meanwhile. */
function tryKill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
