import type { RecoveryPlan } from "@/lib/domain/entities";
import { withServiceGroups } from "@/lib/domain/recovery-plan-rules";
import type { OperationContext } from "../context";
import { planRunOf } from "../recovery-plans/plan-run";

/**
 * Whether the newest test failover of the plan that succeeded ran the groups and actions that the plan has now: any edit
 * since makes it untested. The running copy is in the job's input.
 */
export async function isPlanTestedAsItIs(context: OperationContext, plan: RecoveryPlan): Promise<boolean> {
  const [test] = await context.jobs.list({
    ...{ vaultId: plan.vaultId, scenarioNames: ["TestFailover"], targetId: plan.id, states: ["Succeeded"], limit: 1 },
  });
  if (!test) return false;
  const tested = planRunOf(test.input).groups.map(({ type, machines, startActions, endActions }) => {
    return { type, protectedItemIds: machines.map(({ itemId }) => itemId), startActions, endActions };
  });
  const now = withServiceGroups(plan.groups).map(({ type, protectedItemIds, startActions, endActions }) => {
    return { type, protectedItemIds, startActions, endActions };
  });
  return canonical(tested) === canonical(now);
}

/** JSON whose keys are in one order, and in which what is left out and what is null are alike. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner).filter(([, one]) => one !== null && one !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
