import { hasDrillRunEnded, type DrillRun } from "@/lib/domain/drill";
import type { ManualActionDetails, RecoveryPlanAction, Vault } from "@/lib/domain/entities";
import type { DrillStanding, PlanStanding, RunbookUse } from "@/lib/domain/readiness-readings";
import { planHash } from "@/lib/domain/plan-hash";
import type { Job } from "@/lib/jobs/job";
import { runbookProblem } from "../automation/describe-runbook";
import type { OperationContext } from "../context";
import { isPlanInput, planRunOf } from "../recovery-plans/plan-run";
import { MANUAL_ACTION_TASK } from "../recovery-plans/action-steps";

/** Starts that people decided against say nothing of whether the drill works. */
const DECIDED_AGAINST = ["DrillSkippedByPerson", "DrillPaused", "DrillSuperseded", "DrillCancelled"];
const RUNS_LOOKED_AT = 50;

export async function readPlanStandings(context: OperationContext, vault: Vault): Promise<PlanStanding[]> {
  return Promise.all(
    (await context.repositories.recoveryPlans.list(vault.id)).map(async (plan) => ({
      plan: plan.name,
      isTestedAsItIs: plan.testedHash === planHash(plan.groups),
      lastTestedAt: plan.lastTestFailoverAt,
    })),
  );
}

export async function readDrillStandings(context: OperationContext, vault: Vault): Promise<DrillStanding[]> {
  const drills = (await context.repositories.drills.list(vault.id)).filter((drill) => drill.enabled);
  const counts = (run: DrillRun) => hasDrillRunEnded(run.state) && !DECIDED_AGAINST.includes(run.reason?.code ?? "");
  return Promise.all(
    drills.map(async (drill): Promise<DrillStanding> => {
      const runs = await context.repositories.drillRuns.list(drill.id, { take: RUNS_LOOKED_AT });
      const last = runs.find(counts);
      const state = last?.state;
      if (!last || (state !== "Succeeded" && state !== "Failed" && state !== "Skipped")) {
        return { drill: drill.name, last: null };
      }
      const why = last.reason?.message ?? "";
      return { drill: drill.name, last: { state, at: last.endedAt ?? last.dueAt, why } };
    }),
  );
}

export async function readRunbookUses(context: OperationContext, vault: Vault): Promise<RunbookUse[]> {
  const uses: RunbookUse[] = [];
  for (const plan of await context.repositories.recoveryPlans.list(vault.id)) {
    for (const { details } of plan.groups.flatMap((group) => [...group.startActions, ...group.endActions])) {
      if (details.kind !== "AutomationRunbookActionDetails") continue;
      const problem = await runbookProblem(context, vault, details.accountName, details.runbookName);
      const runbook = `${details.accountName}/${details.runbookName}`;
      uses.push({ plan: plan.name, runbook, problem: problem?.message ?? null });
    }
  }
  return uses;
}

/** Manual actions that wait for a person longer than the plan, as it was started, allows. */
export async function readOverdueActions(context: OperationContext, vault: Vault) {
  const now = context.clock.now().getTime();
  const overdue: { plan: string; action: string; since: string }[] = [];
  for (const job of await context.jobs.list({ vaultId: vault.id, states: ["Suspended"] })) {
    for (const step of await context.jobs.steps(job.id)) {
      if (step.state !== "Suspended" || step.taskType !== MANUAL_ACTION_TASK || step.startedAt === null) continue;
      const minutes = timeoutMinutes(job, step.friendlyName);
      const dueMs = minutes === null ? Infinity : Date.parse(step.startedAt) + minutes * 60_000;
      if (dueMs >= now) continue;
      const since = new Date(dueMs).toISOString();
      overdue.push({ plan: job.targetName, action: step.friendlyName, since });
    }
  }
  return overdue;
}

function timeoutMinutes(job: Job, actionName: string): number | null {
  const groups = isPlanInput(job.input) ? (planRunOf(job.input).groups ?? []) : [];
  const actions = groups.flatMap((group) => [...group.startActions, ...group.endActions]);
  const isIt = (action: RecoveryPlanAction) =>
    action.name === actionName && action.details.kind === "ManualActionDetails";
  // Names are unique in a group only: of several the strictest counts.
  const limits = actions.filter(isIt).flatMap(({ details }) => (details as ManualActionDetails).timeoutMinutes ?? []);
  return limits.length === 0 ? null : Math.min(...limits);
}
