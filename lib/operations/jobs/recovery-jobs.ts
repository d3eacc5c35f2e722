import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, JobOutcome } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { drillJob } from "../drills/drill-job";
import { withEvidence } from "../evidence/with-evidence";
import { planChangePointSteps } from "../recovery-plans/change-plan-point-steps";
import { planMigrationSteps } from "../recovery-plans/complete-plan-migration";
import { planBackSteps, settlePlanBack } from "../recovery-plans/plan-back-steps";
import { settlePlanCommit } from "../recovery-plans/plan-items-steps";
import { planOrMachineJob } from "../recovery-plans/plan-or-machine-job";
import { takingPart, type PlanBackRun, type PlanItemsRun } from "../recovery-plans/plan-run";
import { planCancelSteps, planReverseSteps } from "../recovery-plans/plan-way-back-items";
import { cancelFailoverJob } from "./cancel-failover-job";
import { changeRecoveryPointJob } from "./change-recovery-point-job";
import { commitFailoverJob } from "./commit-failover-job";
import { completeMigrationJob } from "./complete-migration-job";
import { disableProtectionJob } from "./disable-protection-job";
import { enableProtectionJob } from "./enable-protection-job";
import { failbackJob } from "./failback-job";
import { plannedFailoverJob, testFailoverJob, unplannedFailoverJob } from "./failover-jobs";
import { finalizeProtectionJob } from "./finalize-protection-job";
import { resynchronizeJob } from "./resynchronize-job";
import { reverseReplicateJob } from "./reverse-replicate-job";
import { testFailoverCleanupJob } from "./test-failover-cleanup-job";

const ofItems = {
  machines: (run: PlanItemsRun) => run.machines,
  settle: (context: OperationContext, job: Job, _: JobOutcome, run: PlanItemsRun) =>
    settlePlanCommit(context, job, run),
};

/** The jobs of protection and failover, of single machines and of recovery plans. */
export const recoveryJobs: readonly JobDefinition<OperationContext>[] = [
  enableProtectionJob,
  finalizeProtectionJob,
  resynchronizeJob,
  disableProtectionJob,
  testFailoverJob,
  testFailoverCleanupJob,
  plannedFailoverJob,
  unplannedFailoverJob,
  commitFailoverJob,
  planOrMachineJob<PlanItemsRun>(changeRecoveryPointJob, { ...ofItems, steps: planChangePointSteps }),
  planOrMachineJob<PlanBackRun>(failbackJob, { machines: takingPart, steps: planBackSteps, settle: settlePlanBack }),
  planOrMachineJob<PlanItemsRun>(reverseReplicateJob, { ...ofItems, steps: planReverseSteps }),
  planOrMachineJob<PlanItemsRun>(cancelFailoverJob, { ...ofItems, steps: planCancelSteps }),
  planOrMachineJob<PlanItemsRun>(completeMigrationJob, { ...ofItems, steps: planMigrationSteps }),
  drillJob,
].map(withEvidence);
