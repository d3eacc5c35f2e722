import type { ProtectedItem, RecoveryPlan, Vault } from "@/lib/domain/entities";
import { explainNotAllowed, isFailedOver, type ProtectedItemOperation } from "@/lib/domain/protection-state";
import { planItemIds, withServiceGroups } from "@/lib/domain/recovery-plan-rules";
import { nameKey } from "@/lib/domain/names";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { PointChoice } from "../failover/choose-recovery-point";
import type { FailoverKind } from "../failover/failover-run";
import { holdItem, standingOf } from "../hold-protected-item";
import { newestSharedPoint } from "../read-recovery-points";
import { requireNetwork } from "../start-failover";
import type { PlanMachine, PlanRun } from "./plan-run";
import { holdPlan, releasePlan } from "./settle-plan";

export interface PlanRequest {
  readonly kind: FailoverKind;
  readonly point: PointChoice;
  /** Of a test; null: not connected. Failovers use the network of each machine. */
  readonly testNetworkName: string | null;
  readonly shutDownSource: boolean;
  /** Machines of a consistency group start from the newest point that all of the group share. */
  readonly useSharedPoints?: boolean;
  /** Planned and unplanned: start before the disks are whole, and complete them behind. A test always does. */
  readonly startInstantly?: boolean;
}

/**
 * Runs the plan as it is now, as one job. Every machine must allow it; in a planned or unplanned run, machines that have
 * failed over already are left out.
 *
 * @throws Refusal RecoveryPlanBusy, `<Operation>NotAllowed` naming the machine and who holds it, NetworkNotFound
 */
export async function runRecoveryPlan(
  context: OperationContext,
  vault: Vault,
  plan: RecoveryPlan,
  request: PlanRequest,
): Promise<Job> {
  await requireNetwork(context, vault, request.testNetworkName);
  const items = await planItems(context, plan);
  const over = (item: ProtectedItem) => request.kind !== "TestFailover" && isFailedOver(item);
  const active = [...items.values()].filter((item) => !over(item));
  if (active.length === 0) throw nothingToDo(plan, "every machine of it has failed over already");
  const shared = request.useSharedPoints === true ? await sharedPoints(context, active) : new Map<string, string>();
  const machine = (itemId: string): PlanMachine => {
    const item = items.get(itemId);
    if (!item) throw itemGone(plan);
    const networkName = request.kind === "TestFailover" ? request.testNetworkName : item.target.networkName;
    const leftOut = over(item) ? "The machine has failed over already." : null;
    const sharedPointId = shared.get(itemId);
    const point = sharedPointId === undefined ? {} : { sharedPointId };
    return { itemId, machineName: item.machineName, networkName, leftOut, ...point };
  };
  const input: PlanRun = {
    planId: plan.id,
    kind: request.kind,
    groups: withServiceGroups(plan.groups).map(({ type, protectedItemIds, startActions, endActions }) => ({
      type,
      machines: protectedItemIds.map(machine),
      startActions,
      endActions,
    })),
    point: request.point,
    shutDownSource: request.shutDownSource,
    startInstantly: request.startInstantly === true,
  };
  return enqueueHolding(context, plan, request.kind, request.kind, active, { ...input });
}

/**
 * Settled once for the whole run, so that a cut that becomes whole meanwhile does not part the machines of a group.
 * @throws Refusal MultiVmPointNotFound
 */
async function sharedPoints(
  context: OperationContext,
  items: readonly ProtectedItem[],
): Promise<ReadonlyMap<string, string>> {
  const stamps = new Map<string, string>();
  const chosen = new Map<string, string>();
  for (const item of items) {
    if (item.consistencyGroup === null) continue;
    const key = `${item.fabricId}/${nameKey(item.consistencyGroup)}`;
    const stamp = stamps.get(key) ?? (await newestSharedPoint(context, item))?.group?.stamp;
    if (stamp === undefined) throw noSharedPoint(item);
    stamps.set(key, stamp);
    const points = await context.repositories.recoveryPoints.listByGroupStamp(stamp);
    const own = points.find((point) => point.protectedItemId === item.id);
    if (own === undefined) throw noSharedPoint(item);
    chosen.set(item.id, own.id);
  }
  return chosen;
}

function noSharedPoint(item: ProtectedItem): Refusal {
  return new Refusal(
    "notFound",
    {
      code: "MultiVmPointNotFound",
      message: `${item.machineName} has no recovery point that all machines of its consistency group ${item.consistencyGroup ?? ""} share.`,
      possibleCauses: "The group is new, one of its machines could not be replicated, or retention dropped a part.",
      recommendedAction: "Wait for the next cut of the group, or choose the points of each machine.",
    },
    "properties.providerSpecificDetails.multiVmSyncPointOption",
  );
}

/** Commits every machine of the plan that waits for it. */
export function commitRecoveryPlan(context: OperationContext, plan: RecoveryPlan): Promise<Job> {
  return runOnWaiting(context, plan, "Commit", "no machine of it has a failover to commit", "");
}

/** Completes every test of the plan that is up. */
export function cleanUpRecoveryPlan(context: OperationContext, plan: RecoveryPlan, notes: string): Promise<Job> {
  return runOnWaiting(context, plan, "TestFailoverCleanup", "no test failover of its machines is up", notes);
}

async function runOnWaiting(
  context: OperationContext,
  plan: RecoveryPlan,
  operation: "Commit" | "TestFailoverCleanup",
  whenNone: string,
  notes: string,
): Promise<Job> {
  const items = [...(await planItems(context, plan)).values()];
  const waiting: ProtectedItem[] = [];
  for (const item of items) {
    const standing = await standingOf(context, item);
    const needsIt = explainNotAllowed(operation, { ...standing, holder: null }, item.machineName) === null;
    if (needsIt) waiting.push(item);
  }
  if (waiting.length === 0) throw nothingToDo(plan, whenNone);
  const machines = waiting.map((item): PlanMachine => {
    return { itemId: item.id, machineName: item.machineName, networkName: null, leftOut: null };
  });
  return enqueueHolding(context, plan, operation, operation, waiting, { planId: plan.id, machines, notes });
}

/** All or nothing: either the plan and every machine are this job's, or none is. */
async function enqueueHolding(
  context: OperationContext,
  plan: RecoveryPlan,
  scenarioName: string,
  operation: ProtectedItemOperation,
  items: readonly ProtectedItem[],
  input: Readonly<Record<string, unknown>>,
): Promise<Job> {
  const id = context.random.uuid();
  await holdPlan(context, plan.id, id);
  const held: string[] = [];
  try {
    for (const item of items) {
      await holdItem(context, item.id, id, operation);
      held.push(item.id);
    }
    const target = { id: plan.id, name: plan.name, type: "RecoveryPlan" };
    return await context.jobs.enqueue({ id, scenarioName, vaultId: plan.vaultId, input, target });
  } catch (error) {
    for (const itemId of held) await context.repositories.protectedItems.release(itemId, id);
    await releasePlan(context, plan.id, id);
    throw error;
  }
}

export async function planItems(context: OperationContext, plan: RecoveryPlan): Promise<Map<string, ProtectedItem>> {
  const items = new Map<string, ProtectedItem>();
  for (const id of planItemIds(plan.groups)) {
    const item = await context.repositories.protectedItems.get(id);
    if (item) items.set(id, item);
  }
  return items;
}

function nothingToDo(plan: RecoveryPlan, because: string): Refusal {
  return new Refusal(
    "notAllowed",
    {
      code: "RecoveryPlanOperationNotAllowed",
      message: `The recovery plan ${plan.name} has nothing to do: ${because}.`,
      possibleCauses: "The plan, or its machines one by one, were run before.",
      recommendedAction: "Look at the state of the plan's machines under Protected Items.",
    },
    plan.name,
  );
}

function itemGone(plan: RecoveryPlan): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "RecoveryPlanItemGone",
      message: `The recovery plan ${plan.name} names a machine that is not protected any more.`,
      possibleCauses: "Its protection was disabled.",
      recommendedAction: "Edit the plan and take the machine out, or protect it again.",
    },
    plan.name,
  );
}
