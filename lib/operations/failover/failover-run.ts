import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import { isFailedOver } from "@/lib/domain/protection-state";
import type { StepContext } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { requireItem } from "../change-protected-item";
import type { PointChoice } from "./choose-recovery-point";

export type FailoverKind = "TestFailover" | "PlannedFailover" | "UnplannedFailover";

/** One item's part in a failover: of its own job, or of a recovery plan's. Written into the job's input; JSON. */
export interface FailoverRun {
  readonly kind: FailoverKind;
  readonly itemId: string;
  readonly point: PointChoice;
  /** The network of the replica; null: not connected. */
  readonly networkName: string | null;
  /** Unplanned: try to shut the source down and to send its last data first. Planned always does, a test never. */
  readonly shutDownSource: boolean;
  /** Planned and unplanned: start before the disks are whole, and complete them behind. A test always does. */
  readonly startInstantly?: boolean;
}

export type FailoverStep = StepContext<OperationContext>;

/** The item as it is now, and whether this failover has already made the replica the machine: then nothing is left to do. */
export async function itemOf(
  step: FailoverStep,
  run: FailoverRun,
): Promise<{ item: ProtectedItem; isSwitched: boolean }> {
  const item = await requireItem(step.services, run.itemId);
  return { item, isSwitched: run.kind !== "TestFailover" && isFailedOver(item) };
}

/** For the phases after the prerequisites: in an unplanned run of a plan those may have failed for this machine alone. */
export async function begunItemOf(
  step: FailoverStep,
  run: FailoverRun,
): Promise<{ item: ProtectedItem; isSwitched: boolean }> {
  const found = await itemOf(step, run);
  const begun = found.item.state.startsWith("UnplannedFailover");
  if (run.kind !== "UnplannedFailover" || found.isSwitched || begun) return found;
  throw new Fault({
    code: "MachineFailedEarlier",
    message: `${found.item.machineName} is passed over: its prerequisites check failed.`,
    possibleCauses: "See the error of its prerequisites check in this job.",
    recommendedAction: "Cure what that error names, then restart the job.",
  });
}

export function purposeOf(run: FailoverRun): DeployedMachine["purpose"] {
  return run.kind === "TestFailover" ? "TestFailover" : "Failover";
}

/** The service names the test machine `<vm>-test`. */
export function replicaName(item: ProtectedItem, run: Pick<FailoverRun, "kind">): string {
  return run.kind === "TestFailover" ? `${item.target.machineName}-test` : item.target.machineName;
}

export const ALREADY_OVER = { skip: "The machine has failed over already." } as const;
