import { describe, expect, it } from "vitest";
import type { ProtectableItemResource } from "@/lib/contract/fabrics";
import type { HealthError } from "@/lib/contract/health-error";
import { EnableProtectionBody } from "@/lib/contract/protected-items";
import { enableRequest, proposeSettings, settingsProblems, toCandidate } from "./enable-protection-model";

const base: ProtectableItemResource["properties"] = {
  friendlyName: "sql",
  protectionStatus: "Unprotected",
  replicationProtectedItemId: null,
  recoveryServicesProviderId: "/S/provider",
  protectionReadinessErrors: [],
  supportedReplicationProviders: ["HyperVReplicaAzure"],
  customDetails: {
    instanceType: "HyperVVirtualMachine",
    sourceItemId: "guid-1",
    generation: "1",
    osDetails: { osType: "Linux" },
    diskDetails: [disk("d0", "sql-os.vhd", "OperatingSystem", 10240), disk("d1", "sql-data.vhd", "Data", 1024)],
    hasPhysicalDisk: "NotPresent",
    hasFibreChannelAdapter: "NotPresent",
    hasSharedVhd: "NotPresent",
    hyperVHostId: "h",
  },
  healthErrors: [],
  machine: { power: "running", bootable: true, memoryBytes: 1, cpuCount: 1, hostConnected: true, orders: null },
};
function disk(vhdId: string, vhdName: string, vhdType: "OperatingSystem" | "Data", maxSizeMB: number) {
  return { vhdId, vhdName, vhdType, maxSizeMB, format: "vhd-dynamic", allocatedBytes: 1 };
}
const item = (properties: Partial<ProtectableItemResource["properties"]> = {}): ProtectableItemResource => ({
  id: "/S/protectable/m1",
  name: "m1",
  type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectableItems",
  properties: { ...base, ...properties },
});
const ofVMware: Partial<ProtectableItemResource["properties"]> = {
  supportedReplicationProviders: ["InMageAzureV2"],
  customDetails: {
    instanceType: "VMwareVirtualMachine",
    osType: "Linux",
    ipAddress: null,
    poweredOn: "true",
    vCenterInfrastructureId: null,
    diskDetails: [
      vmdk("v0", "sql-os.vmdk", "OperatingSystem", "10240"),
      vmdk("v1", "sql-data.vmdk", "Data", "1024"),
      vmdk("v2", "sql-log.vmdk", "Data", "512"),
    ],
    validationErrors: [],
  },
};
function vmdk(diskId: string, diskName: string, role: "OperatingSystem" | "Data", diskSizeInMB: string) {
  return { diskId, diskName, role, diskSizeInMB, format: "vmdk-sparse", allocatedBytes: 1 };
}
const problem = (errorLevel: "Error" | "Warning"): HealthError => ({
  innerHealthErrors: [],
  errorSource: "",
  errorType: "",
  errorLevel,
  errorCategory: "",
  errorCode: "1",
  summaryMessage: "Too big.",
  errorMessage: "The disk is too big.",
  possibleCauses: "It grew.",
  recommendedAction: "Shrink it.",
  creationTimeUtc: "",
  recoveryProviderErrorMessage: "",
  entityId: "d0",
  errorId: "OsDiskTooLarge",
  customerResolvability: "Allowed",
});
const size = (name: string, memoryInGB: number, maxDataDiskCount: number) => ({
  name,
  memoryInGB,
  maxDataDiskCount,
  cpuCoresCount: 1,
});
const networks = [
  { name: "isolated", subnets: [{ name: "s" }], isIsolated: true },
  { name: "production", subnets: [{ name: "front" }], isIsolated: false },
];

describe("choosing machines to protect", () => {
  it("refuses a machine that breaks a rule, with the rule, its cause and its cure", () => {
    const broken = toCandidate(item({ healthErrors: [problem("Error")] }));
    expect(broken.availability).toBe("notProtectable");
    expect(broken.problems).toEqual([
      {
        code: "OsDiskTooLarge",
        message: "The disk is too big.",
        possibleCauses: "It grew.",
        recommendedAction: "Shrink it.",
        severity: "error",
      },
    ]);
    expect(toCandidate(item({ protectionReadinessErrors: ["Too big."] })).availability).toBe("notProtectable");
  });

  it("offers a machine that has only warnings, and shows them", () => {
    const warned = toCandidate(item({ healthErrors: [problem("Warning")] }));
    expect(warned.availability).toBe("ready");
    expect(warned.problems).toHaveLength(1);
  });

  it("does not offer a protected machine again even when it also breaks a rule", () => {
    const both = item({ protectionStatus: "Protected", protectionReadinessErrors: ["Too big."] });
    expect(toCandidate(both).availability).toBe("protected");
  });

  it("proposes no size that has less memory or fewer cores than the machine", () => {
    const machine = { ...base.machine, memoryBytes: 3 * 2 ** 30 };
    const sizes = [size("mid", 2, 1), size("large", 4, 1)];
    expect(proposeSettings(toCandidate(item({ machine })), sizes, networks).size).toBe("large");
    expect(proposeSettings(toCandidate(item({ machine: { ...machine, cpuCount: 2 } })), sizes, networks).size).toBe("");
  });

  it("proposes the smallest size that takes the data disks and a network that is not for tests", () => {
    const settings = proposeSettings(
      toCandidate(item()),
      [size("big", 8, 4), size("none", 1, 0), size("mid", 2, 1)],
      networks,
    );
    expect(settings).toEqual({
      targetName: "sql",
      size: "mid",
      networkName: "production",
      subnetName: "front",
      diskIds: ["d0", "d1"],
    });
  });

  it("refuses to leave the operating system disk behind", () => {
    const candidate = toCandidate(item());
    const settings = { ...proposeSettings(candidate, [], networks), diskIds: ["d1"], targetName: " " };
    expect(Object.keys(settingsProblems(candidate, settings))).toEqual(["name", "disks"]);
  });

  it("writes the request that the service documents, with only the disks that were chosen", () => {
    const candidate = toCandidate(item());
    const settings = {
      ...proposeSettings(candidate, [size("mid", 2, 1)], networks),
      diskIds: ["d0"],
      targetName: " dr-sql ",
    };
    const request = enableRequest("/S/c", candidate, settings, { policyId: "/p", storageAccountId: "/a" });
    expect(request.path).toBe("/S/c/replicationProtectedItems/m1?api-version=2023-06-01");
    expect(request.body.properties).toEqual({
      policyId: "/p",
      protectableItemId: "/S/protectable/m1",
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzure",
        hvHostVmId: "guid-1",
        vmName: "sql",
        osType: "Linux",
        vhdId: "d0",
        disksToInclude: ["d0"],
        targetAzureVmName: "dr-sql",
        targetVmSize: "mid",
        targetStorageAccountId: "/a",
        targetAzureNetworkId:
          "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/contoso/providers/Microsoft.Network/virtualNetworks/production",
        targetAzureSubnetId: "front",
      },
    });
  });

  it("asks for a VMware machine in its provider's words, with disks as objects", () => {
    const candidate = toCandidate(item(ofVMware));
    expect(candidate.system).toBe("Linux");
    const settings = { ...proposeSettings(candidate, [size("mid", 2, 2)], networks), diskIds: ["v2", "v0"] };
    const { body } = enableRequest("/S/c", candidate, settings, { policyId: "/p", storageAccountId: "/a" });
    expect(body.properties.providerSpecificDetails).toEqual({
      instanceType: "InMageAzureV2",
      disksToInclude: [{ diskId: "v0" }, { diskId: "v2" }],
      storageAccountId: "/a",
      targetAzureVmName: "sql",
      targetVmSize: "mid",
      targetAzureNetworkId:
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/contoso/providers/Microsoft.Network/virtualNetworks/production",
      targetAzureSubnetId: "front",
    });
  });

  it("writes requests that the service's schema takes, and loses nothing there", () => {
    for (const candidate of [toCandidate(item()), toCandidate(item(ofVMware))]) {
      const settings = proposeSettings(candidate, [size("mid", 2, 4)], networks);
      const { body } = enableRequest("/S/c", candidate, settings, { policyId: "/p", storageAccountId: "/a" });
      expect(EnableProtectionBody.parse(body)).toEqual(body);
    }
  });
});
