import { afterEach, describe, expect, it } from "vitest";
import { ProtectableItemResource, FabricResource } from "@/lib/contract/fabrics";
import { PolicyResource } from "@/lib/contract/policies";
import { listOf, Tutorial } from "@/lib/contract/portal";
import { RecoveryPointResource } from "@/lib/contract/protected-items";
import { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import type { JobRunner } from "@/lib/jobs/job-runner";
import type { OperationContext } from "@/lib/operations/context";
import { CONTAINER, ITEMS, recoveryPortal, TEST_NETWORK, VAULT } from "@/lib/testing/recovery-portal";

/** VMware machines in the words of the service (asr reference 1.3): InMageAzureV2 where Hyper-V ones have HyperVReplicaAzure. */
let runner: JobRunner<OperationContext> | null = null;
afterEach(() => runner?.stop());

async function portal() {
  const begun = await recoveryPortal("VMware");
  runner = begun.runner;
  return begun;
}

const inMage = { instanceType: "InMageAzureV2" };
const hyperV = { instanceType: "HyperVReplicaAzure" };

describe("a VMware site in ARM's shape", () => {
  it("is made with its kind, by the job CreateSite, and comes back with its process servers", async () => {
    const { send, run } = await portal();
    const path = `${VAULT}/replicationFabrics/datacenter`;
    await run("PUT", path, { properties: { customDetails: { instanceType: "VMware" } } });
    const made = FabricResource.parse((await send("GET", path)).body);
    expect(made.properties.customDetails).toMatchObject({ instanceType: "VMware", processServerCount: "0" });
    const served = FabricResource.parse((await send("GET", `${VAULT}/replicationFabrics/branch`)).body);
    expect(served.properties.customDetails).toMatchObject({
      instanceType: "VMware",
      hostName: "HV01",
      processServers: [{ friendlyName: "HV01", machineCount: "2" }],
      protectedServers: "2",
    });
  });

  it("shows its machines with their disks as VMware's, protectable by InMageAzureV2 only", async () => {
    const { send } = await portal();
    const list = await send("GET", `${CONTAINER}/replicationProtectableItems`);
    const [machine] = listOf(ProtectableItemResource).parse(list.body).value;
    expect(machine?.properties.supportedReplicationProviders).toEqual(["InMageAzureV2"]);
    expect(machine?.properties.customDetails).toMatchObject({
      instanceType: "VMwareVirtualMachine",
      poweredOn: "true",
      diskDetails: [{ diskSizeInMB: "1024", role: "OperatingSystem" }, { role: "Data" }],
    });
  });

  it("has a tutorial of its own, which counts its own sites only", async () => {
    const { send } = await portal();
    const path = (scenario: string) => `${VAULT}/providers/Secondsite.Recovery/tutorials/${scenario}`;
    const stepOf = async (scenario: string) => {
      const { properties } = Tutorial.parse((await send("GET", path(scenario), undefined, "2026-11-01")).body);
      return properties.steps[0];
    };
    expect(await stepOf("vmwareToAzure")).toMatchObject({ title: "Create a VMware site", finding: "Found branch." });
    expect(await stepOf("hyperVSiteToAzure")).toMatchObject({
      state: "ready",
      finding: "This vault has no Hyper-V site.",
    });
  });
});

describe("a policy of VMware machines", () => {
  const POLICY = `${VAULT}/replicationPolicies/gold`;
  const put = (settings: object) => ({ properties: { providerSpecificInput: { ...inMage, ...settings } } });

  it("takes the service's minutes and gives them back", async () => {
    const { send, run } = await portal();
    const settings = {
      recoveryPointHistory: 4320,
      crashConsistentFrequencyInMinutes: 10,
      appConsistentFrequencyInMinutes: 240,
      recoveryPointThresholdInMinutes: 30,
    };
    await run("PUT", POLICY, put({ ...settings, multiVmSyncStatus: "Disable" }));
    const { properties } = PolicyResource.parse((await send("GET", POLICY)).body);
    expect(properties.providerSpecificDetails).toMatchObject({ ...inMage, ...settings, multiVmSyncStatus: "Disabled" });
  });

  it("keeps what a change does not name", async () => {
    const { send, run } = await portal();
    await run("PUT", POLICY, put({ crashConsistentFrequencyInMinutes: 10 }));
    const change = { replicationProviderSettings: { ...inMage, recoveryPointThresholdInMinutes: 5 } };
    await run("PATCH", POLICY, { properties: change });
    const { properties } = PolicyResource.parse((await send("GET", POLICY)).body);
    expect(properties.providerSpecificDetails).toMatchObject({
      crashConsistentFrequencyInMinutes: 10,
      recoveryPointThresholdInMinutes: 5,
      recoveryPointHistory: 1440,
    });
  });

  it.each([
    [{ recoveryPointHistory: 90 }, "InvalidReplicationPolicy", "recoveryPointHistory"],
    [{ recoveryPointHistory: 4380 }, "InvalidReplicationPolicy", "recoveryPointHistory"],
    [{ appConsistentFrequencyInMinutes: 61 }, "InvalidReplicationPolicy", "appConsistentFrequencyInMinutes"],
    [{ crashConsistentFrequencyInMinutes: 0 }, "InvalidReplicationPolicy", "crashConsistentFrequencyInMinutes"],
    [{ recoveryPointThresholdInMinutes: -1 }, "InvalidReplicationPolicy", "recoveryPointThresholdInMinutes"],
    [{ multiVmSyncStatus: "Enable" }, "MultiVmSyncNotOfPolicy", "multiVmSyncStatus"],
  ])("refuses %j at its property", async (settings, code, property) => {
    const { send } = await portal();
    const refused = await send("PUT", POLICY, put(settings));
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ error: { code, target: `properties.providerSpecificInput.${property}` } });
  });

  it("pairs no Hyper-V site, and cannot become one of Hyper-V machines", async () => {
    const { send, run } = await portal();
    await run("PUT", `${VAULT}/replicationFabrics/branch-2`, { properties: {} });
    const fabric = FabricResource.parse((await send("GET", `${VAULT}/replicationFabrics/branch-2`)).body);
    const container = `replicationProtectionContainers/cloud_${fabric.properties.internalIdentifier}`;
    const mapping = `${fabric.id}/${container}/replicationProtectionContainerMappings/group`;
    const pairing = {
      targetProtectionContainerId: "Microsoft Azure",
      policyId: `${VAULT}/replicationPolicies/continuous`,
      providerSpecificInput: {},
    };
    const refused = await send("PUT", mapping, { properties: pairing });
    expect([refused.status, refused.body]).toMatchObject([400, { error: { code: "SiteOfOtherKind" } }]);
    const turned = { properties: { providerSpecificInput: hyperV } };
    const other = await send("PUT", `${VAULT}/replicationPolicies/continuous`, turned);
    expect([other.status, other.body]).toMatchObject([409, { error: { code: "PolicyOfOtherProvider" } }]);
  });
});

describe("a protected VMware machine", () => {
  it("has the service's names, and what a test, an unplanned failover and its points need", async () => {
    const { send, item } = await portal();
    const { properties } = await item("SQL");
    expect(properties).toMatchObject({
      protectedItemType: "VMwareVirtualMachine",
      primaryFabricProvider: "VMware",
      allowedOperations: ["UnplannedFailover", "DisableProtection", "TestFailover", "RepairReplication"],
      providerSpecificDetails: {
        ...inMage,
        recoveryAzureVMName: "SQL",
        azureVMDiskDetails: [{ vhdType: "OperatingSystem" }, { vhdType: "Data" }],
        protectedDisks: [{ resyncRequired: "None" }, { resyncRequired: "None" }],
        processServerName: "HV01",
        resyncProgressPercentage: 100,
      },
    });
    const points = listOf(RecoveryPointResource).parse((await send("GET", `${ITEMS}/SQL/recoveryPoints`)).body);
    expect(points.value[0]?.properties.providerSpecificDetails.instanceType).toBe("InMageAzureV2");
  });

  it("is tested and failed over by requests of its own type", async () => {
    const { run, item } = await portal();
    const network = { networkType: "VmNetworkAsInput", networkId: TEST_NETWORK };
    const test = { properties: { ...network, providerSpecificDetails: inMage } };
    expect((await run("POST", `${ITEMS}/SQL/testFailover`, test)).job.status).toBe("Succeeded");
    await run("POST", `${ITEMS}/SQL/testFailoverCleanup`, { properties: { comments: "done" } });
    const failover = { sourceSiteOperations: "Required", providerSpecificDetails: inMage };
    const { job } = await run("POST", `${ITEMS}/SQL/unplannedFailover`, { properties: failover });
    expect(job.status).toBe("Succeeded");
    expect(job.properties.customDetails.affectedObjectDetails).toMatchObject({ PrimaryFabricProviderId: "VMware" });
    expect((await item("SQL")).properties.protectionState).toBe("UnplannedFailoverCommitPendingStatesBegin");
  });

  it.each(["testFailover", "unplannedFailover"])("refuses a %s with a Hyper-V machine's details", async (verb) => {
    const { send } = await portal();
    const refused = await send("POST", `${ITEMS}/SQL/${verb}`, { properties: { providerSpecificDetails: hyperV } });
    expect([refused.status, refused.body]).toMatchObject([400, { error: { code: "InstanceTypeOfOtherKind" } }]);
  });

  it("refuses a planned failover, and says what to do instead", async () => {
    const { send } = await portal();
    const refused = await send("POST", `${ITEMS}/SQL/plannedFailover`, {
      properties: { failoverDirection: "PrimaryToRecovery", providerSpecificDetails: inMage },
    });
    expect([refused.status, refused.body]).toMatchObject([409, { error: { code: "PlannedFailoverNotAllowed" } }]);
  });

  it("is late from the age on that its policy names", async () => {
    const { world, item } = await portal();
    const late = async () => (await item("SQL")).properties.healthErrors.map(({ errorId }) => errorId);
    world.clock.advance(14 * 60_000);
    await world.heartbeat(world.process().context);
    expect(await late()).not.toContain("ReplicationLate");
    world.clock.advance(2 * 60_000);
    await world.heartbeat(world.process().context);
    expect(await late()).toContain("ReplicationLate");
  });
});

describe("a recovery plan of VMware machines", () => {
  const PLAN = `${VAULT}/replicationRecoveryPlans/shop`;
  const plan = {
    properties: {
      primaryFabricId: `${VAULT}/replicationFabrics/branch`,
      recoveryFabricId: "Microsoft Azure",
      groups: [
        {
          groupType: "Boot",
          replicationProtectedItems: [{ id: `${ITEMS}/SQL`, virtualMachineId: "SQL" }],
          startGroupActions: [],
          endGroupActions: [],
        },
      ],
    },
  };

  it("is of their provider, has no planned failover to Azure, and fails over without one", async () => {
    const { send, run, item } = await portal();
    await send("PUT", PLAN, plan);
    const { properties } = RecoveryPlanResource.parse((await send("GET", PLAN)).body);
    expect(properties.replicationProviders).toEqual(["InMageAzureV2"]);
    expect(properties.allowedOperations).not.toContain("PlannedFailover");
    expect(properties.notAllowed["PlannedFailover"]?.message).toContain("SQL");
    const direction = { failoverDirection: "PrimaryToRecovery", providerSpecificDetails: [inMage] };
    const refused = await send("POST", `${PLAN}/plannedFailover`, { properties: direction });
    expect(refused.status).toBe(409);
    const details = [{ ...inMage, recoveryPointType: "LatestCrashConsistent", useMultiVmSyncPoint: "false" }];
    const unplanned = { ...direction, sourceSiteOperations: "Required", providerSpecificDetails: details };
    expect((await run("POST", `${PLAN}/unplannedFailover`, { properties: unplanned })).job.status).toBe("Succeeded");
    expect((await item("SQL")).properties.activeLocation).toBe("Recovery");
  });
});
