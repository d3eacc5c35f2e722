import type { Fabric, ProtectedItem, RecoveryPlan, Vault } from "@/lib/domain/entities";
import { allowedOperations, isFailedOver, type ProtectedItemOperation } from "@/lib/domain/protection-state";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "./context";
import { standingOf } from "./hold-protected-item";
import { planItems } from "./recovery-plans/run-recovery-plan";
import { planHolder } from "./recovery-plans/settle-plan";

export interface RecoveryPlanView {
  readonly vault: Vault;
  readonly plan: RecoveryPlan;
  readonly fabric: Fabric | null;
  readonly items: ReadonlyMap<string, ProtectedItem>;
  readonly allowedOperations: readonly ProtectedItemOperation[];
  readonly job: Job | null;
}

export async function readRecoveryPlan(
  context: OperationContext,
  vault: Vault,
  plan: RecoveryPlan,
): Promise<RecoveryPlanView> {
  const items = await planItems(context, plan);
  const job = await planHolder(context, plan);
  return {
    vault,
    plan,
    fabric: await context.repositories.fabrics.get(plan.fabricId),
    items,
    allowedOperations: job ? [] : await allowed(context, [...items.values()]),
    job,
  };
}

/**
 * A test needs every machine; a failover needs every machine that is not over yet, and at least one; commit and cleanup need
 * one that waits for them. The verbs refuse by the same rules, machine by machine.
 */
async function allowed(
  context: OperationContext,
  items: readonly ProtectedItem[],
): Promise<readonly ProtectedItemOperation[]> {
  const each = await Promise.all(
    items.map(async (item) => {
      return { isOver: isFailedOver(item), may: allowedOperations(await standingOf(context, item)) };
    }),
  );
  const left = each.filter(({ isOver }) => !isOver);
  const all = (operation: ProtectedItemOperation, of: typeof each) =>
    of.length > 0 && of.every(({ may }) => may.includes(operation));
  const some = (operation: ProtectedItemOperation) => each.some(({ may }) => may.includes(operation));
  const answers: readonly (readonly [ProtectedItemOperation, boolean])[] = [
    ["PlannedFailover", all("PlannedFailover", left)],
    ["UnplannedFailover", all("UnplannedFailover", left)],
    ["TestFailover", all("TestFailover", each)],
    ["TestFailoverCleanup", some("TestFailoverCleanup")],
    ["Commit", some("Commit")],
  ];
  return answers.filter(([, is]) => is).map(([operation]) => operation);
}
