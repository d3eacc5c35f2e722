import type { Random } from "@/lib/kernel/random";
import { processStart } from "@/lib/site/supervisor/process-start";

/**
 * Who holds a job's lease: this process, told apart from a later one of the same number by the instant it started. Another
 * process of this machine whose number is gone, or was given away again, is certainly dead; any other may only be slow.
 */
export function ownerOfThisProcess(random: Random): string {
  return `${process.pid}/${processStart(process.pid) ?? "unknown"}/${random.uuid()}`;
}

export function isDeadOwner(owner: string): boolean {
  const [pid, start] = owner.split("/");
  const now = processStart(Number(pid));
  return now === null || (now !== "unknown" && start !== now);
}
