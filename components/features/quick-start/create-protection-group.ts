import { followOperation, startOperation, type StartedOperation } from "@/lib/client/long-running";
import { api, apiVersions, resourceIds } from "@/lib/client/paths";
import type { PolicyInput } from "@/lib/contract/policies";
import { CONTINUOUS_INTERVAL_SECONDS, isContinuous, type PolicySettings } from "@/lib/domain/policy-rules";
import type { ReplicationProvider } from "@/lib/domain/replication-provider";

export interface ProtectionGroupInput {
  /** Of the group, and of the replication policy that carries its settings. */
  readonly name: string;
  readonly containerId: string;
  /** A policy of VMware machines names none in the service either: each machine does. */
  readonly storageAccount: string;
  readonly settings: PolicySettings;
}

/** What the form begins with. */
export const startingSettings: Readonly<Record<ReplicationProvider, PolicySettings>> = {
  HyperVReplicaAzure: {
    provider: "HyperVReplicaAzure",
    replicationIntervalSeconds: 30,
    recoveryPointHistoryHours: 2,
    applicationConsistentFrequencyHours: 0,
    crashConsistentFrequencyMinutes: null,
    recoveryPointThresholdMinutes: null,
  },
  InMageAzureV2: {
    provider: "InMageAzureV2",
    replicationIntervalSeconds: CONTINUOUS_INTERVAL_SECONDS,
    recoveryPointHistoryHours: 24,
    applicationConsistentFrequencyHours: 0,
    crashConsistentFrequencyMinutes: 5,
    recoveryPointThresholdMinutes: 15,
  },
};

/**
 * A protection group of the classic portal is two things for the API: a replication policy, and the pairing of the site's
 * container with Azure under it. The pairing is asked for when the policy is there. Throws `ArmError`.
 */
export async function createProtectionGroup(vaultName: string, input: ProtectionGroupInput): Promise<StartedOperation> {
  const body = { properties: { providerSpecificInput: policyInput(input) } };
  const policy = await startOperation("PUT", api.policy(vaultName, input.name), body);
  const ended = await followOperation(policy);
  if (ended.error) throw ended.error;
  const pairing = {
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
  return startOperation("PUT", path, pairing, { onlyNew: true });
}

/** The settings in the words of their provider: hours of Hyper-V, minutes of VMware. */
export function policyInput({
  settings,
  storageAccount,
}: Pick<ProtectionGroupInput, "settings" | "storageAccount">): PolicyInput {
  if (settings.provider === "InMageAzureV2") {
    return {
      instanceType: "InMageAzureV2",
      recoveryPointThresholdInMinutes: settings.recoveryPointThresholdMinutes,
      recoveryPointHistory: settings.recoveryPointHistoryHours * 60,
      crashConsistentFrequencyInMinutes: settings.crashConsistentFrequencyMinutes,
      appConsistentFrequencyInMinutes: settings.applicationConsistentFrequencyHours * 60,
      multiVmSyncStatus: "Disable",
    };
  }
  return {
    instanceType: "HyperVReplicaAzure",
    recoveryPointHistoryDuration: settings.recoveryPointHistoryHours,
    applicationConsistentSnapshotFrequencyInHours: settings.applicationConsistentFrequencyHours,
    ...(isContinuous(settings) ? { continuous: true } : { replicationInterval: settings.replicationIntervalSeconds }),
    onlineReplicationStartTime: null,
    storageAccounts: [resourceIds.storageAccount(storageAccount)],
  };
}
