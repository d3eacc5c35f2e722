import type { ProtectedItem, RecoveryPlan } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "../context";
import { requireStoredPoint, type StoredPointChoice } from "../failover/choose-recovery-point";
import { planItems, waitingFor } from "./plan-items";
import { settledPoints, type PointRequest } from "./plan-points";
import type { PlanItemsRun, PlanMachine } from "./plan-run";
import { itemGone, machineOf, nothingToDo, runningCopy, startPlanJob } from "./start-plan-job";

/** There is nothing later to be had from a source that has failed over. */
export interface ChangePlanPointRequest extends PointRequest {
  readonly point: StoredPointChoice;
}

/**
 * Makes the replicas of a failover that is not committed anew, from other recovery points. Machines that do not wait for a
 * commit, and those that are made from that point already, are passed over.
 *
 * @throws Refusal RecoveryPlanBusy, RecoveryPlanOperationNotAllowed, RecoveryPointNotFound, MultiVmPointNotFound,
 * RecoveryPlanPointOfNoMachine
 */
export async function changePlanPoint(
  context: OperationContext,
  plan: RecoveryPlan,
  request: ChangePlanPointRequest,
): Promise<Job> {
  const whenNone = "no machine of it has a failover that could be made from another recovery point";
  const waiting = await waitingFor(context, plan, "ChangePit", whenNone);
  const points = await pointsOf(context, waiting, request);
  const changed = waiting.filter((item) => points.get(item.id) !== item.failoverRecoveryPointId);
  if (changed.length === 0) throw nothingToDo(plan, "every replica of it is made from that recovery point already");
  const items = await planItems(context, plan);
  const machine = (itemId: string): PlanMachine => {
    const item = items.get(itemId);
    if (!item) throw itemGone(plan);
    const sharedPointId = points.get(itemId);
    if (sharedPointId === undefined) return machineOf(item, "Its recovery point cannot be changed now.");
    const isSame = sharedPointId === item.failoverRecoveryPointId;
    return { ...machineOf(item, isSame ? "Its replica is made from that point already." : null), sharedPointId };
  };
  const input: PlanItemsRun = {
    planId: plan.id,
    planName: plan.name,
    planHash: planHash(plan.groups),
    machines: changed.map((item) => machine(item.id)),
    groups: runningCopy(plan, machine),
    notes: "",
  };
  return startPlanJob(context, plan, "ChangePit", "ChangePit", changed, { ...input });
}

/** The point of each, settled now: one that was chosen, its part of a shared one, else its newest of that kind. */
async function pointsOf(
  context: OperationContext,
  items: readonly ProtectedItem[],
  request: ChangePlanPointRequest,
): Promise<ReadonlyMap<string, string>> {
  const points = new Map(await settledPoints(context, items, request));
  for (const item of items) {
    if (!points.has(item.id)) points.set(item.id, (await requireStoredPoint(context, item, request.point)).id);
  }
  return points;
}
