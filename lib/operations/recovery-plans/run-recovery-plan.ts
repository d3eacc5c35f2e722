import type { ProtectedItem, RecoveryPlan, Vault } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import { explainNotAllowed, type ProtectedItemOperation } from "@/lib/domain/protection-state";
import { withServiceGroups } from "@/lib/domain/recovery-plan-rules";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { PointChoice } from "../failover/choose-recovery-point";
import type { FailoverKind } from "../failover/failover-run";
import { holdItem, standingOf } from "../hold-protected-item";
import { requireNetwork } from "../start-failover";
import { planItems } from "./plan-items";
import { participationOf } from "./plan-participation";
import { settledPoints, type PointRequest } from "./plan-points";
import type { PlanItemsRun, PlanMachine, PlanRun, PlanRunGroup } from "./plan-run";
import { holdPlan, planBusy, planHolder, releasePlan } from "./settle-plan";

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
  return enqueueHolding(context, plan, request.kind, request.kind, active, { ...input });
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

function runningCopy(plan: RecoveryPlan, machine: (itemId: string) => PlanMachine): PlanRunGroup[] {
  return withServiceGroups(plan.groups).map(({ type, protectedItemIds, startActions, endActions }) => ({
    type,
    machines: protectedItemIds.map(machine),
    startActions,
    endActions,
  }));
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
  const machines = waiting.map((item): PlanMachine => machineOf(item, null));
  const { id: planId, name: planName } = plan;
  const input: PlanItemsRun = { planId, planName, planHash: planHash(plan.groups), machines, notes };
  if (operation === "Commit") return enqueueHolding(context, plan, operation, operation, waiting, { ...input });
  const groups = withServiceGroups(plan.groups).map(({ type, protectedItemIds, startActions, endActions }) => {
    const own = items.filter((item) => protectedItemIds.includes(item.id));
    const copies = own.map((item) => machineOf(item, waiting.includes(item) ? null : "No test of it was up."));
    return { type, machines: copies, startActions, endActions };
  });
  return enqueueHolding(context, plan, operation, operation, waiting, { ...input, groups });
}

function machineOf(item: ProtectedItem, leftOut: string | null): PlanMachine {
  return { itemId: item.id, machineName: item.machineName, networkName: null, leftOut };
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
