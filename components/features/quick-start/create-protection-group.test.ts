import { describe, expect, it } from "vitest";
import { PolicyCreation } from "@/lib/contract/policies";
import { policyProblem } from "@/lib/domain/policy-rules";
import { policyInput, startingSettings } from "./create-protection-group";

const { HyperVReplicaAzure: hyperV, InMageAzureV2: vmware } = startingSettings;

describe("the policy of a protection group", () => {
  it("begins with settings that no rule forbids", () => {
    expect([policyProblem(hyperV), policyProblem(vmware)]).toEqual([null, null]);
  });

  it("counts in hours and seconds for Hyper-V machines", () => {
    expect(policyInput({ settings: hyperV, storageAccount: "a" })).toEqual({
      instanceType: "HyperVReplicaAzure",
      recoveryPointHistoryDuration: 2,
      applicationConsistentSnapshotFrequencyInHours: 0,
      replicationInterval: 30,
      onlineReplicationStartTime: null,
      storageAccounts: [
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/contoso/providers/Microsoft.Storage/storageAccounts/a",
      ],
    });
    const continuous = policyInput({ settings: { ...hyperV, replicationIntervalSeconds: 5 }, storageAccount: "a" });
    expect(continuous).toMatchObject({ continuous: true });
    expect(continuous).not.toHaveProperty("replicationInterval");
  });

  it("counts in minutes for VMware machines", () => {
    const settings = { ...vmware, recoveryPointHistoryHours: 72, applicationConsistentFrequencyHours: 4 };
    expect(policyInput({ settings, storageAccount: "a" })).toEqual({
      instanceType: "InMageAzureV2",
      recoveryPointThresholdInMinutes: 15,
      recoveryPointHistory: 4320,
      crashConsistentFrequencyInMinutes: 5,
      appConsistentFrequencyInMinutes: 240,
      multiVmSyncStatus: "Disable",
    });
  });

  it("is taken by the service's schema, and loses nothing there", () => {
    for (const settings of [hyperV, vmware]) {
      const body = { properties: { providerSpecificInput: policyInput({ settings, storageAccount: "a" }) } };
      expect(PolicyCreation.parse(body)).toEqual(body);
    }
  });
});
