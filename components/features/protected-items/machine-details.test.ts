import { describe, expect, it } from "vitest";
import type { ProtectableItemResource } from "@/lib/contract/fabrics";
import { machineDetails } from "./machine-details";

const item = (customDetails: ProtectableItemResource["properties"]["customDetails"]): ProtectableItemResource => ({
  id: "/S/protectable/m1",
  name: "m1",
  type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectableItems",
  properties: {
    friendlyName: "sql",
    protectionStatus: "Unprotected",
    replicationProtectedItemId: null,
    recoveryServicesProviderId: "/S/provider",
    protectionReadinessErrors: [],
    supportedReplicationProviders: [],
    customDetails,
    healthErrors: [],
    machine: { power: "running", bootable: true, memoryBytes: 1, cpuCount: 1, hostConnected: true, orders: null },
  },
});
const image = { format: "vmdk-sparse", allocatedBytes: 7 };

describe("a discovered machine", () => {
  it("says the same things whichever kind of site reports it", () => {
    const hyperV = machineDetails(
      item({
        instanceType: "HyperVVirtualMachine",
        sourceItemId: "guid-1",
        generation: "2",
        osDetails: { osType: "Linux" },
        diskDetails: [{ vhdId: "d0", vhdName: "os", vhdType: "OperatingSystem", maxSizeMB: 10240, ...image }],
        hasPhysicalDisk: "NotPresent",
        hasFibreChannelAdapter: "NotPresent",
        hasSharedVhd: "NotPresent",
        hyperVHostId: "h",
      }),
    );
    const vmware = machineDetails(
      item({
        instanceType: "VMwareVirtualMachine",
        osType: "Linux",
        ipAddress: null,
        poweredOn: "true",
        vCenterInfrastructureId: null,
        diskDetails: [{ diskId: "d0", diskName: "os", role: "OperatingSystem", diskSizeInMB: "10240", ...image }],
        validationErrors: [],
      }),
    );
    const disks = [{ id: "d0", name: "os", role: "OperatingSystem", sizeMB: 10240, ...image }];
    expect(hyperV).toEqual({
      ...{ provider: "HyperVReplicaAzure", machineId: "guid-1", name: "sql" },
      ...{ osType: "Linux", generation: "2", disks },
    });
    expect(vmware).toEqual({
      ...{ provider: "InMageAzureV2", machineId: "m1", name: "sql" },
      ...{ osType: "Linux", generation: null, disks },
    });
  });
});
