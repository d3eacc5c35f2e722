import { providerArmId } from "@/lib/contract/arm-id";
import type { PolicyResource } from "@/lib/contract/policies";
import type { Policy, Vault } from "@/lib/domain/entities";
import { isContinuous } from "@/lib/domain/policy-rules";
import { policyArmId } from "../site-recovery-ids";

export function presentPolicy(vault: Vault, policy: Policy): PolicyResource {
  return {
    id: policyArmId(vault, policy),
    name: policy.name,
    type: "Microsoft.RecoveryServices/vaults/replicationPolicies",
    properties: {
      friendlyName: policy.name,
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzure",
        recoveryPointHistoryDurationInHours: policy.recoveryPointHistoryHours,
        applicationConsistentSnapshotFrequencyInHours: policy.applicationConsistentFrequencyHours,
        replicationInterval: policy.replicationIntervalSeconds,
        ...(isContinuous(policy) ? { continuous: true } : {}),
        onlineReplicationStartTime: null,
        encryption: "Disabled",
        activeStorageAccountId: providerArmId(vault, "Microsoft.Storage", "storageAccounts", policy.storageAccount),
      },
    },
  };
}
