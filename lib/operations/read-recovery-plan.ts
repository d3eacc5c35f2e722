import type { Fabric, ProtectedItem, RecoveryPlan, Vault } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import { explainNotAllowed, type ProtectedItemOperation } from "@/lib/domain/protection-state";
import type { Job } from "@/lib/jobs/job";
import type { Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { standingOf } from "./hold-protected-item";
import { planItems } from "./recovery-plans/plan-items";
import { participantOf } from "./recovery-plans/plan-participation";
import { planBusy, planHolder } from "./recovery-plans/settle-plan";

export interface RecoveryPlanView {
  readonly vault: Vault;
  readonly plan: RecoveryPlan;
  readonly fabric: Fabric | null;
  readonly items: ReadonlyMap<string, ProtectedItem>;
  /** Of its groups. */
  readonly hash: string;
  readonly allowedOperations: readonly ProtectedItemOperation[];
  /** Why the others of a plan's operations are not. */
  readonly notAllowed: readonly { readonly operation: ProtectedItemOperation; readonly why: Explanation }[];
  readonly job: Job | null;
}

export async function readRecoveryPlan(
  context: OperationContext,
  vault: Vault,
  plan: RecoveryPlan,
): Promise<RecoveryPlanView> {
  const items = await planItems(context, plan);
  const job = await planHolder(context, plan);
  const answers = await answersOf(context, plan, [...items.values()]);
  const busy = job && planBusy(plan, job).explanation;
  return {
    vault,
    plan,
    fabric: await context.repositories.fabrics.get(plan.fabricId),
    items,
    hash: planHash(plan.groups),
    allowedOperations: busy ? [] : answers.filter(({ problem }) => problem === null).map(({ operation }) => operation),
    notAllowed: answers.flatMap(({ operation, problem }) => {
      const why = busy ?? problem;
      return why === null ? [] : [{ operation, why }];
    }),
    job,
  };
}

const ASKED = [
  "PlannedFailover",
  "UnplannedFailover",
  "TestFailover",
  "TestFailoverCleanup",
  "Commit",
  "Failback",
  "ReverseReplicate",
  "CancelFailover",
] as const;
const OF_ONE: readonly ProtectedItemOperation[] = [
  "TestFailoverCleanup",
  "Commit",
  "ReverseReplicate",
  "CancelFailover",
];
/** Whether a run would not pass over a machine that has failed over, or has not. */
function goes(operation: ProtectedItemOperation, isOver: boolean): boolean {
  if (operation === "TestFailover") return true;
  return (operation === "Failback") === isOver;
}

const NOBODY: Explanation = {
  code: "RecoveryPlanOperationNotAllowed",
  message:
    "No machine of the plan is there for it now: each has gone over already, or has not yet, or another plan holds it.",
  possibleCauses: "The plan, or its machines one by one, were run before.",
  recommendedAction: "Look at the state of the plan's machines under Protected Items.",
};

/**
 * Failover, failback and test need every machine that they would not pass over, and at least one; the others need one that
 * waits for them. The verbs refuse by the same rules, machine by machine.
 */
async function answersOf(context: OperationContext, plan: RecoveryPlan, items: readonly ProtectedItem[]) {
  const each = await Promise.all(
    items.map(async (item) => {
      const { isOver, isElsewhere } = await participantOf(context, plan, item);
      return { item, isOver, isElsewhere, standing: await standingOf(context, item) };
    }),
  );
  return ASKED.map((operation) => {
    const asked = OF_ONE.includes(operation)
      ? each
      : each.filter((one) => !one.isElsewhere && goes(operation, one.isOver));
    const problems = asked.map(({ item, standing }) => explainNotAllowed(operation, standing, item.machineName));
    const found = problems.find((problem) => problem !== null) ?? null;
    if (asked.length === 0) return { operation, problem: NOBODY };
    return { operation, problem: OF_ONE.includes(operation) && problems.includes(null) ? null : found };
  });
}
