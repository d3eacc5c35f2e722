import type { RecoveryPlanAction, RecoveryPlanGroupType } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { PointChoice } from "../failover/choose-recovery-point";
import type { FailoverKind, FailoverRun } from "../failover/failover-run";

/** A machine of the plan as it was when the run started. */
export interface PlanMachine {
  readonly itemId: string;
  readonly machineName: string;
  readonly networkName: string | null;
  /** Why this run leaves it alone; null: it takes part. */
  readonly leftOut: string | null;
  /** Settled when the run began: the machine's part of a point that its consistency group shares. */
  readonly sharedPointId?: string;
}

/** The running copy of a plan: what is edited meanwhile is for the next run. The job's input; JSON. */
export interface PlanRun {
  readonly planId: string;
  readonly kind: FailoverKind;
  readonly groups: readonly {
    readonly type: RecoveryPlanGroupType;
    readonly machines: readonly PlanMachine[];
    readonly startActions: readonly RecoveryPlanAction[];
    readonly endActions: readonly RecoveryPlanAction[];
  }[];
  readonly point: PointChoice;
  readonly shutDownSource: boolean;
  /** Planned and unplanned: machines start before their disks are whole, which are completed at the end of the run. */
  readonly startInstantly?: boolean;
}

/** Commit or cleanup of several items in one job. */
export interface PlanItemsRun {
  readonly planId: string;
  readonly machines: readonly PlanMachine[];
  readonly notes: string;
}

export function isPlanInput(input: Job["input"]): boolean {
  return typeof input["planId"] === "string";
}

export function planRunOf(input: Job["input"]): PlanRun {
  return input as unknown as PlanRun;
}

export function planItemsRunOf(input: Job["input"]): PlanItemsRun {
  return input as unknown as PlanItemsRun;
}

export function machineRun(run: PlanRun, machine: PlanMachine): FailoverRun {
  const { itemId, networkName, sharedPointId } = machine;
  const point: PointChoice = sharedPointId === undefined ? run.point : { type: "Id", id: sharedPointId };
  const { kind, shutDownSource, startInstantly = false } = run;
  return { kind, itemId, point, networkName, shutDownSource, startInstantly };
}

/** Machines that take part, in boot order. */
export function takingPart(run: PlanRun): PlanMachine[] {
  return run.groups.flatMap((group) => group.machines).filter((machine) => machine.leftOut === null);
}
