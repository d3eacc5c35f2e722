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

/**
 * Which machines are asked. `some`: one for which it is there is enough. `here`, `over`: those that have not failed over and
 * that have, without what another plan holds; `free`: without what another plan holds; `all`: every one.
 */
const ASKED = {
  PlannedFailover: "here",
  UnplannedFailover: "here",
  TestFailover: "free",
  TestFailoverCleanup: "some",
  ChangePit: "some",
  Commit: "some",
  Failback: "over",
  ReverseReplicate: "some",
  CancelFailover: "some",
  CompleteMigration: "all",
} as const satisfies Partial<Record<ProtectedItemOperation, string>>;

const NOBODY: Explanation = {
  code: "RecoveryPlanOperationNotAllowed",
  message:
    "No machine of the plan is there for it now: each has gone over already, or has not yet, or another plan holds it.",
  possibleCauses: "The plan, or its machines one by one, were run before.",
  recommendedAction: "Look at the state of the plan's machines under Protected Items.",
};

/** The verbs refuse by the same rules, machine by machine. */
async function answersOf(context: OperationContext, plan: RecoveryPlan, items: readonly ProtectedItem[]) {
  const each = await Promise.all(
    items.map(async (item) => {
      const { isOver, isElsewhere } = await participantOf(context, plan, item);
      return { item, isOver, isElsewhere, standing: await standingOf(context, item) };
    }),
  );
  const askedBy = {
    some: each,
    all: each,
    free: each.filter(({ isElsewhere }) => !isElsewhere),
    here: each.filter(({ isElsewhere, isOver }) => !isElsewhere && !isOver),
    over: each.filter(({ isElsewhere, isOver }) => !isElsewhere && isOver),
  };
  return (Object.keys(ASKED) as (keyof typeof ASKED)[]).map((operation) => {
    const asked = askedBy[ASKED[operation]];
    if (asked.length === 0) return { operation, problem: NOBODY };
    const problems = asked.map(({ item, standing }) => explainNotAllowed(operation, standing, item.machineName));
    const isThere = ASKED[operation] === "some" && problems.includes(null);
    return { operation, problem: isThere ? null : (problems.find((problem) => problem !== null) ?? null) };
  });
}
