import type { JobDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { drillJob } from "../drills/drill-job";
import { changeRecoveryPointJob } from "./change-recovery-point-job";
import { commitFailoverJob } from "./commit-failover-job";
import { disableProtectionJob } from "./disable-protection-job";
import { enableProtectionJob } from "./enable-protection-job";
import { plannedFailoverJob, testFailoverJob, unplannedFailoverJob } from "./failover-jobs";
import { finalizeProtectionJob } from "./finalize-protection-job";
import { resynchronizeJob } from "./resynchronize-job";
import { testFailoverCleanupJob } from "./test-failover-cleanup-job";

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
  changeRecoveryPointJob,
  drillJob,
];
