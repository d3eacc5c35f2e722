import type { Method } from "@/lib/client/arm-client";
import { api, apiVersions } from "@/lib/client/paths";

/** A verb of the API, ready to be sent: what a dialog has decided, and nothing of how it is sent. */
export interface VerbRequest {
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

export type DataSync = "ForDownTime" | "ForSynchronization";
export type BothRunningChoice = "ShutDownSource" | "StopReplica" | "LeaveBoth";

const instanceType = "HyperVReplicaAzure";
const direction = { failoverDirection: "PrimaryToRecovery" } as const;

function verb(itemId: string, action: string, properties?: Readonly<Record<string, unknown>>): VerbRequest {
  const path = api.ofId(itemId, apiVersions.siteRecovery, action);
  return properties === undefined ? { method: "POST", path } : { method: "POST", path, body: { properties } };
}

/** No recovery point means the latest: what the source has now is sent first when it answers. */
const provider = (recoveryPointId: string | null) => ({
  providerSpecificDetails: recoveryPointId === null ? { instanceType } : { instanceType, recoveryPointId },
});

export const failoverRequests = {
  test: (itemId: string, choice: { networkId: string | null; recoveryPointId: string | null }) =>
    verb(itemId, "testFailover", {
      ...direction,
      ...(choice.networkId === null
        ? { networkType: "NoNetworkAttachAsInput" }
        : { networkType: "VmNetworkAsInput", networkId: choice.networkId }),
      ...provider(choice.recoveryPointId),
    }),
  completeTest: (itemId: string, comments: string) => verb(itemId, "testFailoverCleanup", { comments }),
  planned: (itemId: string, choice: { startInstantly: boolean }) =>
    verb(itemId, "plannedFailover", { ...direction, ...choice, ...provider(null) }),
  unplanned: (
    itemId: string,
    choice: {
      recoveryPointId: string | null;
      shutDownSource: boolean;
      startInstantly: boolean;
      outageDeclaredAt?: string | null;
    },
  ) =>
    verb(itemId, "unplannedFailover", {
      ...direction,
      startInstantly: choice.startInstantly,
      ...(choice.outageDeclaredAt ? { outageDeclaredAt: choice.outageDeclaredAt } : {}),
      sourceSiteOperations: choice.shutDownSource ? "Required" : "NotRequired",
      ...provider(choice.recoveryPointId),
    }),
  commit: (itemId: string) => verb(itemId, "failoverCommit"),
  changeRecoveryPoint: (itemId: string, choice: { recoveryPointId: string; startInstantly: boolean }) =>
    verb(itemId, "applyRecoveryPoint", { ...choice, providerSpecificDetails: { instanceType } }),
  failback: (itemId: string, choice: { dataSync: DataSync; createMachine: boolean; providerId: string | null }) =>
    verb(itemId, "plannedFailover", {
      failoverDirection: "RecoveryToPrimary",
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzureFailback",
        dataSyncOption: choice.dataSync,
        recoveryVmCreationOption: choice.createMachine ? "CreateVmIfNotFound" : "NoAction",
        providerIdForAlternateRecovery: choice.providerId,
      },
    }),
  /** A comment is required by the service. */
  completeFailback: (vault: string, jobName: string, comment: string): VerbRequest => ({
    method: "POST",
    path: api.jobAction(vault, jobName, "resume"),
    body: { properties: { comments: comment.trim() === "" ? "Complete failover" : comment.trim() } },
  }),
  reverseReplicate: (itemId: string) =>
    verb(itemId, "reProtect", { ...direction, providerSpecificDetails: { instanceType: "HyperVReplicaAzure" } }),
  cancelFailover: (itemId: string) => verb(itemId, "failoverCancel"),
  completeMigration: (itemId: string) =>
    verb(itemId, "remove", {
      disableProtectionReason: "MigrationComplete",
      replicationProviderInput: { instanceType: "DisableProtectionProviderSpecificInput" },
    }),
  resolve: (itemId: string, choice: BothRunningChoice, reason: string): VerbRequest => ({
    method: "POST",
    path: api.ofId(itemId, apiVersions.own, "providers", "Secondsite.Recovery", "standing", "resolve"),
    body: { properties: { choice, reason } },
  }),
  disable: (itemId: string) =>
    verb(itemId, "remove", {
      disableProtectionReason: "NotSpecified",
      replicationProviderInput: { instanceType: "DisableProtectionProviderSpecificInput" },
    }),
};
