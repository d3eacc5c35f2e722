import type { RecoveryPlanAction, RecoveryPlanGroupType } from "@/lib/domain/entities";
import type { PlanDirection, PlanFailoverType } from "@/lib/domain/recovery-plan-rules";
import type { Job } from "@/lib/jobs/job";
import type { PointChoice } from "../failover/choose-recovery-point";
import type { FailoverKind, FailoverRun } from "../failover/failover-run";
import type { FailbackRun } from "../failover/failback/failback-run";

/** A machine of the plan as it was when the run started. */
export interface PlanMachine {
  readonly itemId: string;
  readonly machineName: string;
  readonly networkName: string | null;
  /** Why this run leaves it alone; null: it takes part. */
  readonly leftOut: string | null;
  /**
   * Settled when the run began: the point that was chosen for it, or its part of a point that its consistency group shares;
   * of a change of the recovery point always.
   */
  readonly sharedPointId?: string;
}

export interface PlanRunGroup {
  readonly type: RecoveryPlanGroupType;
  readonly machines: readonly PlanMachine[];
  readonly startActions: readonly RecoveryPlanAction[];
  readonly endActions: readonly RecoveryPlanAction[];
}

/**
 * The running copy of a plan: what is edited meanwhile is for the next run. The job's input; JSON. What is optional is not
 * in the jobs of earlier versions.
 */
export interface PlanRun {
  readonly planId: string;
  readonly planName?: string;
  /** Of the groups that are run. */
  readonly planHash?: string;
  readonly kind: FailoverKind;
  readonly direction?: PlanDirection;
  readonly groups: readonly PlanRunGroup[];
  readonly point: PointChoice;
  readonly useSharedPoints?: boolean;
  /** Machines for which a point was chosen. */
  readonly customPoints?: number;
  readonly shutDownSource: boolean;
  /** Planned and unplanned: machines start before their disks are whole, which are completed at the end of the run. */
  readonly startInstantly?: boolean;
}

/** The planned failover of a plan from Azure back to its site. The job's input; JSON. */
export interface PlanBackRun extends Pick<FailbackRun, "dataSyncOption" | "createMachine"> {
  readonly planId: string;
  readonly planName: string;
  readonly planHash: string;
  readonly direction: "RecoveryToPrimary";
  readonly groups: readonly PlanRunGroup[];
}

/** Each machine goes to the host that it came from. */
export function backRunOf(run: Pick<FailbackRun, "dataSyncOption" | "createMachine">, itemId: string): FailbackRun {
  const { dataSyncOption, createMachine } = run;
  return { kind: "Failback", itemId, dataSyncOption, createMachine, providerId: null };
}

/** What is done to several items of a plan in one job. */
export interface PlanItemsRun {
  readonly planId: string;
  readonly planName?: string;
  readonly planHash?: string;
  readonly machines: readonly PlanMachine[];
  /** For the actions; only of a cleanup. */
  readonly groups?: readonly PlanRunGroup[];
  readonly notes: string;
}

/** What an action must know of the run that it belongs to. */
export interface ActionRun {
  readonly planName: string;
  readonly type: PlanFailoverType;
  readonly direction: PlanDirection;
  readonly shutDownSource: boolean;
}

export function actionRunOf(run: PlanRun): ActionRun {
  const { kind: type, direction = "PrimaryToRecovery", shutDownSource } = run;
  return { planName: run.planName ?? "", type, direction, shutDownSource };
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
export function takingPart(run: Pick<PlanRun, "groups">): PlanMachine[] {
  return run.groups.flatMap((group) => group.machines).filter((machine) => machine.leftOut === null);
}
