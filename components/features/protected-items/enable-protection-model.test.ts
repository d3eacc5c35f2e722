import { describe, expect, it } from "vitest";
import { ProtectableItem } from "@/lib/client/views/protectable-item";
import { enableRequest, proposeSettings, settingsProblems, toCandidate } from "./enable-protection-model";

const item = (properties: Record<string, unknown> = {}) =>
  ProtectableItem.parse({
    id: "/S/protectable/m1",
    name: "m1",
    properties: {
      friendlyName: "sql",
      customDetails: {
        sourceItemId: "guid-1",
        osDetails: { osType: "Linux" },
        diskDetails: [
          { vhdId: "d0", vhdName: "sql-os.vhd", vhdType: "OperatingSystem", maxSizeMB: 10240 },
          { vhdId: "d1", vhdName: "sql-data.vhd", vhdType: "Data", maxSizeMB: 1024 },
        ],
      },
      ...properties,
    },
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
  it("prefers the full explanation of a broken rule to its bare sentence", () => {
    const broken = toCandidate(
      item({
        protectionReadinessErrors: ["Too big."],
        healthErrors: [{ errorCode: "OsDiskTooLarge", errorMessage: "Too big.", recommendedAction: "Shrink it." }],
      }),
    );
    expect(broken.availability).toBe("notProtectable");
    expect(broken.problems).toEqual([
      { code: "OsDiskTooLarge", message: "Too big.", possibleCauses: "", recommendedAction: "Shrink it." },
    ]);
    expect(toCandidate(item({ protectionReadinessErrors: ["Too big."] })).problems[0]?.message).toBe("Too big.");
  });

  it("does not offer a protected machine again even when it also breaks a rule", () => {
    const both = item({ replicationProtectedItemId: "/x", protectionReadinessErrors: ["Too big."] });
    expect(toCandidate(both).availability).toBe("protected");
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
});
