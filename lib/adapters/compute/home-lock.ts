import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Fault } from "@/lib/kernel/fault";

/**
 * Keeps two hosts from running on one home, which would write the same images twice. The file names the process and
 * when it started, so that neither a kill nor a reused process number locks a home for ever.
 */
export class HomeLock {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  static acquire(home: string): HomeLock {
    const file = path.join(home, "host.pid");
    const mine = `${process.pid} ${startOf(process.pid)}\n`;
    try {
      writeFileSync(file, mine, { flag: "wx", mode: 0o600 });
      return new HomeLock(file);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const [pid, start] = readFileSync(file, "utf8").trim().split(" ");
    if (startOf(Number(pid)) === start && start !== "gone") throw alreadyRunning(home, pid ?? "?");
    writeFileSync(file, mine, { mode: 0o600 });
    return new HomeLock(file);
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }
}

/** What distinguishes this process from a later one of the same number; "gone" when there is none. */
function startOf(pid: number): string {
  if (!Number.isInteger(pid) || pid <= 0) return "gone";
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "unknown";
  } catch {
    // Not Linux, or no such process: all that can be asked is whether the number is taken.
    try {
      process.kill(pid, 0);
      return "unknown";
    } catch {
      return "gone";
    }
  }
}

function alreadyRunning(home: string, pid: string): Fault {
  return new Fault({
    code: "ComputeHostAlreadyRunning",
    message: `A compute host runs on ${home} already (process ${pid}).`,
    possibleCauses: "It was started twice, or an earlier one did not end.",
    recommendedAction: `Use the one that runs, or end process ${pid} and start again.`,
  });
}
