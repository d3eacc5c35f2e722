import { describe, expect, it } from "vitest";
import type { PolicyResource } from "@/lib/contract/policies";
import { policySettings, thresholdSeconds } from "./policy-settings";

type Details = PolicyResource["properties"]["providerSpecificDetails"];
const policy = (providerSpecificDetails: Details): PolicyResource => ({
  id: "/p",
  name: "p",
  type: "Microsoft.RecoveryServices/vaults/replicationPolicies",
  properties: { friendlyName: "p", providerSpecificDetails },
});
const hyperV = (changes: object = {}) =>
  policy({
    instanceType: "HyperVReplicaAzure",
    recoveryPointHistoryDurationInHours: 0,
    applicationConsistentSnapshotFrequencyInHours: 0,
    replicationInterval: 300,
    onlineReplicationStartTime: null,
    encryption: "Disabled",
    activeStorageAccountId: "/a",
    ...changes,
  });
const vmware = policy({
  instanceType: "InMageAzureV2",
  recoveryPointThresholdInMinutes: 15,
  recoveryPointHistory: 1440,
  crashConsistentFrequencyInMinutes: 5,
  appConsistentFrequencyInMinutes: 60,
  multiVmSyncStatus: "Disabled",
  activeStorageAccountId: "/a",
});
const values = (one: PolicyResource) => policySettings(one).map(({ value }) => value);

describe("a replication policy in words", () => {
  it("of Hyper-V machines tells how often they are copied", () => {
    expect(values(hyperV())).toEqual(["Every 5 min", "Only the latest is kept", "Off"]);
    expect(values(hyperV({ replicationInterval: 5, continuous: true }))[0]).toBe("Continuous; writes leave every 5 s");
  });

  it("of VMware machines tells which of the continuous points are kept, and from when on one is late", () => {
    expect(policySettings(vmware)).toEqual([
      { label: "Copy frequency", value: "Continuous; a recovery point every 5 minutes" },
      { label: "Recovery points kept for", value: "24 hours" },
      { label: "Application-consistent snapshots", value: "Every hour" },
      { label: "RPO threshold", value: "15 minutes" },
    ]);
  });

  it("has a threshold for VMware machines only", () => {
    expect([thresholdSeconds(vmware), thresholdSeconds(hyperV()), thresholdSeconds(undefined)]).toEqual([
      900,
      null,
      null,
    ]);
  });
});
