import type { JobDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
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
  failbackJob,
  reverseReplicateJob,
  cancelFailoverJob,
  completeMigrationJob,
];
