import { followOperation, startOperation, type StartedOperation } from "@/lib/client/long-running";
import { api, apiVersions, resourceIds } from "@/lib/client/paths";
import { isContinuous } from "@/lib/domain/policy-rules";

export interface ProtectionGroupInput {
  /** Of the group, and of the replication policy that carries its settings. */
  readonly name: string;
  readonly containerId: string;
  readonly storageAccount: string;
  readonly replicationIntervalSeconds: number;
  readonly recoveryPointHistoryHours: number;
  readonly applicationConsistentHours: number;
}

/**
 * A protection group of the classic portal is two things for the API: a replication policy, and the pairing of the site's
 * container with Azure under it. The pairing is asked for when the policy is there. Throws `ArmError`.
 */
export async function createProtectionGroup(vaultName: string, input: ProtectionGroupInput): Promise<StartedOperation> {
  const policy = await startOperation("PUT", api.policy(vaultName, input.name), policyBody(input));
  const ended = await followOperation(policy);
  if (ended.error) throw ended.error;
  const body = {
    properties: {
      targetProtectionContainerId: "Microsoft Azure",
      policyId: resourceIds.policy(vaultName, input.name),
      providerSpecificInput: {},
    },
  };
  const path = api.ofId(
    input.containerId,
    apiVersions.siteRecovery,
    "replicationProtectionContainerMappings",
    input.name,
  );
  return startOperation("PUT", path, body, { onlyNew: true });
}

const policyBody = (input: ProtectionGroupInput) => ({
  properties: {
    providerSpecificInput: {
      instanceType: "HyperVReplicaAzure",
      recoveryPointHistoryDuration: input.recoveryPointHistoryHours,
      applicationConsistentSnapshotFrequencyInHours: input.applicationConsistentHours,
      ...(isContinuous(input) ? { continuous: true } : { replicationInterval: input.replicationIntervalSeconds }),
      onlineReplicationStartTime: null,
      storageAccounts: [resourceIds.storageAccount(input.storageAccount)],
    },
  },
});
