import type { Method } from "@/lib/client/arm-client";
import { api, apiVersions } from "@/lib/client/paths";
import type { ReplicationProvider } from "@/lib/domain/replication-provider";

/** A verb of the API, ready to be sent: what a dialog has decided, and nothing of how it is sent. */
export interface VerbRequest {
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

export type DataSync = "ForDownTime" | "ForSynchronization";
export type BothRunningChoice = "ShutDownSource" | "StopReplica" | "LeaveBoth";

/** What of a protected item a request needs: its id, and the provider in whose words the details are. */
export interface RequestTarget {
  readonly id: string;
  readonly properties: { readonly providerSpecificDetails: { readonly instanceType: ReplicationProvider } };
}

const direction = { failoverDirection: "PrimaryToRecovery" } as const;

function verb({ id }: RequestTarget, action: string, properties?: Readonly<Record<string, unknown>>): VerbRequest {
  const path = api.ofId(id, apiVersions.siteRecovery, action);
  return properties === undefined ? { method: "POST", path } : { method: "POST", path, body: { properties } };
}

/** No recovery point means the latest: what the source has now is sent first when it answers. */
const provider = (item: RequestTarget, recoveryPointId: string | null) => ({
  providerSpecificDetails: { ...ofItem(item), ...(recoveryPointId === null ? {} : { recoveryPointId }) },
});

const ofItem = ({ properties }: RequestTarget) => ({ instanceType: properties.providerSpecificDetails.instanceType });

export const failoverRequests = {
  test: (item: RequestTarget, choice: { networkId: string | null; recoveryPointId: string | null }) =>
    verb(item, "testFailover", {
      ...direction,
      ...(choice.networkId === null
        ? { networkType: "NoNetworkAttachAsInput" }
        : { networkType: "VmNetworkAsInput", networkId: choice.networkId }),
      ...provider(item, choice.recoveryPointId),
    }),
  completeTest: (item: RequestTarget, comments: string) => verb(item, "testFailoverCleanup", { comments }),
  planned: (item: RequestTarget, choice: { startInstantly: boolean }) =>
    verb(item, "plannedFailover", { ...direction, ...choice, ...provider(item, null) }),
  unplanned: (
    item: RequestTarget,
    choice: {
      recoveryPointId: string | null;
      shutDownSource: boolean;
      startInstantly: boolean;
      outageDeclaredAt?: string | null;
    },
  ) =>
    verb(item, "unplannedFailover", {
      ...direction,
      startInstantly: choice.startInstantly,
      ...(choice.outageDeclaredAt ? { outageDeclaredAt: choice.outageDeclaredAt } : {}),
      sourceSiteOperations: choice.shutDownSource ? "Required" : "NotRequired",
      ...provider(item, choice.recoveryPointId),
    }),
  commit: (item: RequestTarget) => verb(item, "failoverCommit"),
  changeRecoveryPoint: (item: RequestTarget, choice: { recoveryPointId: string; startInstantly: boolean }) =>
    verb(item, "applyRecoveryPoint", { ...choice, providerSpecificDetails: ofItem(item) }),
  /** The service knows this type for Hyper-V machines; here it is the way back of VMware ones too. */
  failback: (item: RequestTarget, choice: { dataSync: DataSync; createMachine: boolean; providerId: string | null }) =>
    verb(item, "plannedFailover", {
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
  reverseReplicate: (item: RequestTarget) =>
    verb(item, "reProtect", { ...direction, providerSpecificDetails: ofItem(item) }),
  cancelFailover: (item: RequestTarget) => verb(item, "failoverCancel"),
  completeMigration: (item: RequestTarget) =>
    verb(item, "remove", {
      disableProtectionReason: "MigrationComplete",
      replicationProviderInput: { instanceType: "DisableProtectionProviderSpecificInput" },
    }),
  resolve: (item: RequestTarget, choice: BothRunningChoice, reason: string): VerbRequest => ({
    method: "POST",
    path: api.ofId(item.id, apiVersions.own, "providers", "Secondsite.Recovery", "standing", "resolve"),
    body: { properties: { choice, reason } },
  }),
  disable: (item: RequestTarget) =>
    verb(item, "remove", {
      disableProtectionReason: "NotSpecified",
      replicationProviderInput: { instanceType: "DisableProtectionProviderSpecificInput" },
    }),
};
