import type { PlanRunFacts } from "@/lib/contract/plan-actions";
import type { Job } from "@/lib/jobs/job";
import { isPlanInput, planRunOf, type PlanRun } from "@/lib/operations/recovery-plans/plan-run";

/** The running copy of a plan and its settings; nothing for the job of a single machine, or of an earlier version. */
export function presentPlanRun(job: Job): { readonly planRun?: PlanRunFacts } {
  if (!isPlanInput(job.input)) return {};
  const run = planRunOf(job.input);
  if (run.planHash === undefined || job.input["groups"] === undefined) return {};
  const isTest = run.kind === "TestFailover";
  return {
    planRun: {
      planHash: run.planHash,
      failoverDirection: run.direction ?? "PrimaryToRecovery",
      // A failback has none to choose: it captures its own.
      recoveryPointType: (job.input["point"] as PlanRun["point"] | undefined)?.type ?? "",
      usesSharedPoints: run.useSharedPoints === true,
      customPoints: run.customPoints ?? 0,
      networkName: isTest ? (run.groups.flatMap((group) => group.machines)[0]?.networkName ?? null) : null,
      shutsDownSource: job.input["shutDownSource"] !== false,
    },
  };
}
