import { providerArmId } from "@/lib/contract/arm-id";
import type { PolicyResource } from "@/lib/contract/policies";
import type { Policy, Vault } from "@/lib/domain/entities";
import { isContinuous } from "@/lib/domain/policy-rules";
import { policyArmId } from "../site-recovery-ids";

type Details = PolicyResource["properties"]["providerSpecificDetails"];

export function presentPolicy(vault: Vault, policy: Policy): PolicyResource {
  return {
    id: policyArmId(vault, policy),
    name: policy.name,
    type: "Microsoft.RecoveryServices/vaults/replicationPolicies",
    properties: {
      friendlyName: policy.name,
      providerSpecificDetails: presentSettings(vault, policy),
    },
  };
}

function presentSettings(vault: Vault, policy: Policy): Details {
  const activeStorageAccountId = providerArmId(vault, "Microsoft.Storage", "storageAccounts", policy.storageAccount);
  if (policy.provider === "InMageAzureV2") {
    return {
      instanceType: "InMageAzureV2",
      recoveryPointThresholdInMinutes: policy.recoveryPointThresholdMinutes ?? 0,
      recoveryPointHistory: policy.recoveryPointHistoryHours * 60,
      crashConsistentFrequencyInMinutes: policy.crashConsistentFrequencyMinutes ?? 0,
      appConsistentFrequencyInMinutes: policy.applicationConsistentFrequencyHours * 60,
      multiVmSyncStatus: "Disabled",
      activeStorageAccountId,
    };
  }
  return {
    instanceType: "HyperVReplicaAzure",
    recoveryPointHistoryDurationInHours: policy.recoveryPointHistoryHours,
    applicationConsistentSnapshotFrequencyInHours: policy.applicationConsistentFrequencyHours,
    replicationInterval: policy.replicationIntervalSeconds,
    ...(isContinuous(policy) ? { continuous: true } : {}),
    onlineReplicationStartTime: null,
    encryption: "Disabled",
    activeStorageAccountId,
  };
}
