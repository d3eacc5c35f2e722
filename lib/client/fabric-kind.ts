import type { FabricResource } from "@/lib/contract/fabrics";
import type { FabricKind } from "@/lib/domain/replication-provider";

/** What people call a site of each kind, and the server that is registered in it. */
export const siteKindText: Readonly<Record<FabricKind, string>> = {
  HyperVSite: "Hyper-V site",
  VMware: "VMware site",
};
export const serverKindText: Readonly<Record<FabricKind, string>> = {
  HyperVSite: "Hyper-V host",
  VMware: "Configuration server",
};

export const kindOf = (site: FabricResource): FabricKind => site.properties.customDetails.instanceType;

/** The servers that are registered in a site. Of a VMware site they are its process servers too: one process here. */
export function serverNamesOf({ properties: { customDetails } }: FabricResource): readonly string[] {
  return customDetails.instanceType === "VMware"
    ? customDetails.processServers.map((server) => server.friendlyName)
    : customDetails.hyperVHosts.map((host) => host.name);
}
