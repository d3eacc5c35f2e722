import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import { isFailedOver } from "@/lib/domain/protection-state";
import type { StepContext } from "@/lib/jobs/job-definition";
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
}

export type FailoverStep = StepContext<OperationContext>;

/** The item as it is now, and whether this failover has already made the replica the machine: then nothing is left to do. */
export async function itemOf(
  step: FailoverStep,
  run: FailoverRun,
): Promise<{ item: ProtectedItem; isSwitched: boolean }> {
  const item = await requireItem(step.services, run.itemId);
  return { item, isSwitched: run.kind !== "TestFailover" && isFailedOver(item.state) };
}

export function purposeOf(run: FailoverRun): DeployedMachine["purpose"] {
  return run.kind === "TestFailover" ? "TestFailover" : "Failover";
}

/** The service names the test machine `<vm>-test`. */
export function replicaName(item: ProtectedItem, run: Pick<FailoverRun, "kind">): string {
  return run.kind === "TestFailover" ? `${item.target.machineName}-test` : item.target.machineName;
}

export const ALREADY_OVER = { skip: "The machine has failed over already." } as const;
