import type { JobDefinition } from "@/lib/jobs/job-definition";
import { runRunbookJob } from "../automation/run-runbook-job";
import type { OperationContext } from "../context";
import { checkVaultJob } from "./check-vault-job";
import { createVaultJob } from "./create-vault-job";
import { deleteVaultJob } from "./delete-vault-job";
import { discoverMachinesJob } from "./discover-machines-job";
import {
  associatePolicyJob,
  createPolicyJob,
  dissociatePolicyJob,
  removePolicyJob,
  updatePolicyJob,
} from "./policy-jobs";
import { repairVaultJob } from "./repair-vault-job";
import { reclaimSpaceJob } from "./reclaim-space-job";
import { runHostRegistrationJob } from "./run-host-registration-job";
import { createSiteJob, deleteSiteJob, refreshProviderJob, unregisterProviderJob } from "./site-jobs";

/** The jobs of vaults, sites, hosts and policies; those of protection and failover have their own list. */
export const baseJobs: readonly JobDefinition<OperationContext>[] = [
  createVaultJob,
  deleteVaultJob,
  checkVaultJob,
  repairVaultJob,
  reclaimSpaceJob,
  createSiteJob,
  deleteSiteJob,
  unregisterProviderJob,
  refreshProviderJob,
  discoverMachinesJob,
  runHostRegistrationJob,
  createPolicyJob,
  updatePolicyJob,
  removePolicyJob,
  associatePolicyJob,
  dissociatePolicyJob,
  runRunbookJob,
];
