/** What a site is: a Hyper-V site, or the VMware estate of a configuration server. Client-safe. */
export type FabricKind = "HyperVSite" | "VMware";

/** By which of the service's providers its machines are replicated to Azure, and in whose words requests and answers are. */
export type ReplicationProvider = "HyperVReplicaAzure" | "InMageAzureV2";

export function providerOf(kind: FabricKind): ReplicationProvider {
  return kind === "VMware" ? "InMageAzureV2" : "HyperVReplicaAzure";
}

export function kindOf(provider: ReplicationProvider): FabricKind {
  return provider === "InMageAzureV2" ? "VMware" : "HyperVSite";
}

/** As people say it. */
export function describeProvider(provider: ReplicationProvider): string {
  return provider === "InMageAzureV2" ? "VMware machines" : "Hyper-V machines";
}
