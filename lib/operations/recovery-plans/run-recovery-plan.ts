import type { ProtectedItem, RecoveryPlan, Vault } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { PointChoice } from "../failover/choose-recovery-point";
import type { FailoverKind } from "../failover/failover-run";
import { requireNetwork } from "../start-failover";
import { planItems } from "./plan-items";
import { participationOf } from "./plan-participation";
import { settledPoints, type PointRequest } from "./plan-points";
import type { PlanMachine, PlanRun } from "./plan-run";
import { planBusy, planHolder } from "./settle-plan";
import { itemGone, nothingToDo, runningCopy, startPlanJob } from "./start-plan-job";

export interface PlanRequest extends PointRequest {
  readonly kind: FailoverKind;
  readonly point: PointChoice;
  /** Of a test; null: not connected. Failovers use the network of each machine. */
  readonly testNetworkName: string | null;
  readonly shutDownSource: boolean;
}

/**
 * Runs the plan as it is now, as one job. Every machine that takes part must allow it; machines that have failed over
 * already, and those that the run of another plan holds, are passed over.
 *
 * @throws Refusal RecoveryPlanBusy, `<Operation>NotAllowed` naming the machine and what holds it, NetworkNotFound,
 * RecoveryPointNotFound, MultiVmPointNotFound, RecoveryPlanPointOfNoMachine
 */
export async function runRecoveryPlan(
  context: OperationContext,
  vault: Vault,
  plan: RecoveryPlan,
  request: PlanRequest,
): Promise<Job> {
  await requireNetwork(context, vault, request.testNetworkName);
  const items = await planItems(context, plan);
  const leftOut = await requireParticipants(context, plan, request.kind, items);
  const active = [...items.values()].filter((item) => !leftOut.has(item.id));
  if (active.length === 0) {
    throw nothingToDo(plan, "every machine of it has failed over already, or another plan holds it");
  }
  const points = await settledPoints(context, active, request);
  const machine = (itemId: string): PlanMachine => {
    const item = items.get(itemId);
    if (!item) throw itemGone(plan);
    const networkName = request.kind === "TestFailover" ? request.testNetworkName : item.target.networkName;
    const sharedPointId = points.get(itemId);
    const point = sharedPointId === undefined ? {} : { sharedPointId };
    return { itemId, machineName: item.machineName, networkName, leftOut: leftOut.get(itemId) ?? null, ...point };
  };
  const input: PlanRun = {
    planId: plan.id,
    planName: plan.name,
    planHash: planHash(plan.groups),
    kind: request.kind,
    direction: "PrimaryToRecovery",
    groups: runningCopy(plan, machine),
    point: request.point,
    useSharedPoints: request.useSharedPoints === true,
    customPoints: request.points?.size ?? 0,
    shutDownSource: request.shutDownSource,
  };
  return startPlanJob(context, plan, request.kind, request.kind, active, { ...input });
}

/** Why machines are passed over, by item id. @throws Refusal when one that is to take part cannot */
async function requireParticipants(
  context: OperationContext,
  plan: RecoveryPlan,
  kind: FailoverKind,
  items: ReadonlyMap<string, ProtectedItem>,
): Promise<ReadonlyMap<string, string>> {
  const now = (await context.repositories.recoveryPlans.get(plan.id)) ?? plan;
  const holder = await planHolder(context, now);
  if (holder) throw planBusy(plan, holder);
  const leftOut = new Map<string, string>();
  for (const item of items.values()) {
    const part = await participationOf(context, plan, kind, item);
    if (part.leftOut !== null) leftOut.set(item.id, part.leftOut);
    else if (part.blocked) throw new Refusal("notAllowed", part.blocked, item.name);
  }
  return leftOut;
}
