import { afterEach, describe, expect, it } from "vitest";
import type { JobRunner } from "@/lib/jobs/job-runner";
import type { OperationContext } from "@/lib/operations/context";
import { FailoverStanding } from "@/lib/contract/failover-standing";
import { EvidenceView, listOf, ReplicationView } from "@/lib/contract/portal";
import {
  ProtectedItemResource,
  RecoveryPointResource,
  TargetComputeSizeResource,
} from "@/lib/contract/protected-items";
import { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { ITEMS, recoveryPortal, TEST_NETWORK as NETWORK, VAULT } from "@/lib/testing/recovery-portal";

let runner: JobRunner<OperationContext> | null = null;
afterEach(() => runner?.stop());

async function portal() {
  const begun = await recoveryPortal();
  runner = begun.runner;
  return begun;
}

const hyperV = { instanceType: "HyperVReplicaAzure" };
const test = { failoverDirection: "PrimaryToRecovery", networkType: "VmNetworkAsInput", networkId: NETWORK };
const testBody = { properties: { ...test, providerSpecificDetails: hyperV } };

describe("protected items in ARM's shape", () => {
  it("are listed by vault and by container, with every field that the client reads", async () => {
    const { send } = await portal();
    const lists = [`${VAULT}/replicationProtectedItems`, ITEMS];
    for (const path of lists) {
      const { value, nextLink } = listOf(ProtectedItemResource).parse((await send("GET", path)).body);
      expect([value.map((one) => one.name), nextLink]).toEqual([["SQL", "WEB"], null]);
    }
    const { body } = await send("GET", `${ITEMS}/sql`);
    expect(body).toMatchObject({
      id: `/S${ITEMS.slice(2)}/SQL`,
      type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectedItems",
      properties: {
        protectionState: "Protected",
        protectionStateDescription: "Protected",
        activeLocation: "Primary",
        testFailoverState: "None",
        allowedOperations: [
          "PlannedFailover",
          "UnplannedFailover",
          "DisableProtection",
          "TestFailover",
          "RepairReplication",
        ],
        replicationHealth: "Normal",
        failoverHealth: "Warning",
        currentScenario: { scenarioName: "None", startTime: "1753-01-01T01:01:01Z" },
        recoveryFabricId: "Microsoft Azure",
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          recoveryAzureVmName: "SQL",
          azureVmDiskDetails: [{ vhdType: "OperatingSystem", maxSizeMB: "1024" }, { vhdType: "Data" }],
          initialReplicationDetails: { initialReplicationProgressPercentage: "100" },
        },
      },
    });
    expect(
      (body as unknown as { properties: { currentScenario: { jobId: string } } }).properties.currentScenario.jobId,
    ).toMatch(/\/replicationJobs\/None$/);
  });

  it("have recovery points, sizes and measured figures", async () => {
    const { send } = await portal();
    const points = listOf(RecoveryPointResource).parse((await send("GET", `${ITEMS}/SQL/recoveryPoints`)).body);
    expect(points.value[0]?.properties.providerSpecificDetails.orders).toEqual({ count: 100, lastAt: null });
    const one = await send("GET", `${ITEMS}/SQL/recoveryPoints/${points.value[0]?.name}`);
    expect(RecoveryPointResource.parse(one.body).id).toBe(points.value[0]?.id);
    expect((await send("GET", `${ITEMS}/WEB/recoveryPoints/${points.value[0]?.name}`)).status).toBe(404);
    const sizes = await send("GET", `${ITEMS}/SQL/targetComputeSizes`);
    expect(listOf(TargetComputeSizeResource).parse(sizes.body).value[0]?.properties.errors).toEqual([]);
    const path = `${ITEMS}/SQL/providers/Secondsite.Recovery/replication`;
    const replication = ReplicationView.parse((await send("GET", path, undefined, "2026-11-01")).body);
    expect(replication.properties.intervalSeconds).toBe(30);
  });

  it("get other targets by PATCH, and refuse what cannot be", async () => {
    const { send } = await portal();
    const patch = (properties: object) => send("PATCH", `${ITEMS}/SQL`, { properties });
    const changed = await patch({ recoveryAzureVMName: "SQL-dr", recoveryAzureVMSize: "Standard_A2" });
    expect(ProtectedItemResource.parse(changed.body).properties.providerSpecificDetails).toMatchObject({
      recoveryAzureVmName: "SQL-dr",
      recoveryAzureVMSize: "Standard_A2",
    });
    const refused = await patch({ recoveryAzureVMSize: "huge" });
    expect(refused.body).toMatchObject({ error: { code: "SizeNotFound" } });
  });

  it.each([
    ["another scenario", { providerSpecificDetails: { instanceType: "A2A" } }, "UnknownPropertyType"],
    [
      "a VMware machine's details",
      { providerSpecificDetails: { instanceType: "InMageAzureV2" } },
      "InstanceTypeOfOtherKind",
    ],
    ["no network where one is promised", { networkType: "VmNetworkAsInput" }, "NetworkRequired"],
    ["a network that is not there", { ...test, networkId: NETWORK.replace("test", "moon") }, "NetworkNotFound"],
    ["the way back", { ...test, failoverDirection: "RecoveryToPrimary" }, "FailoverDirectionNotSupported"],
    [
      "a point of nobody",
      { ...test, providerSpecificDetails: { ...hyperV, recoveryPointId: `${ITEMS}/SQL/recoveryPoints/x` } },
      "RecoveryPointNotFound",
    ],
  ])("refuse a test failover with %s", async (_, properties, code) => {
    const { send, item } = await portal();
    const refused = await send("POST", `${ITEMS}/SQL/testFailover`, { properties });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.body).toMatchObject({
      error: { code, details: [{ code, recommendedAction: expect.any(String) as string }] },
    });
    expect((await item("SQL")).properties.currentScenario.scenarioName).toBe("None");
  });
});

describe("a test failover over the API", () => {
  it("answers 202 with the headers of the service, and its job, result and evidence tell the same story", async () => {
    const { send, run, item } = await portal();
    const { job, location } = await run("POST", `${ITEMS}/SQL/testFailover`, testBody);
    expect(job).toMatchObject({
      status: "Succeeded",
      error: null,
      properties: {
        scenarioName: "TestFailover",
        friendlyName: "Test failover",
        stateDescription: "Completed",
        allowedActions: [],
        targetInstanceType: "ProtectionEntity",
        targetObjectName: "SQL",
        customDetails: {
          instanceType: "TestFailoverJobDetails",
          networkName: "test",
          networkType: "VmNetworkAsInput",
          protectedItemDetails: [{ friendlyName: "SQL", testVmName: "SQL-test", networkConnectionStatus: "Connected" }],
        },
      },
    });
    expect(job).not.toHaveProperty("type");
    expect(job.properties.tasks.map((task) => task.state)).toEqual(Array(4).fill("Succeeded"));
    // Nothing is written before the start: the disks come behind it.
    expect(job.properties.tasks[2]?.customDetails).toMatchObject({ instanceType: "TaskDetails" });
    expect(location).toContain(`${ITEMS.slice(2)}/SQL/operationresults/${job.name}`);
    const result = ProtectedItemResource.parse((await send("GET", location)).body);
    expect(result.properties).toMatchObject({
      testFailoverState: "WaitingForCompletion",
      testFailoverStateDescription: "Waiting for user input",
      protectionStateDescription: "Cleanup test failover pending",
      allowedOperations: ["TestFailoverCleanup"],
      currentScenario: { scenarioName: "TestFailover" },
    });
    expect(result.properties.failoverRecoveryPointId).toContain("/recoveryPoints/");
    const refused = await send("POST", `${ITEMS}/SQL/testFailover`, testBody);
    expect([refused.status, (refused.body as unknown as { error: { code: string } }).error.code]).toEqual([
      409,
      "TestFailoverNotAllowed",
    ]);
    await run("POST", `${ITEMS}/SQL/testFailoverCleanup`, { properties: { comments: "Fine." } });
    const path = `${ITEMS}/SQL/providers/Secondsite.Recovery/evidence`;
    const evidence = EvidenceView.parse((await send("GET", path, undefined, "2026-11-01")).body);
    expect(evidence.properties.runs[0]).toMatchObject({
      kind: "TestFailover",
      state: "Succeeded",
      ordersOnReplica: 100,
      cleanup: { notes: "Fine.", remainingResources: [] },
    });
    expect((await item("SQL")).properties.lastSuccessfulTestFailoverTime).not.toBeNull();
  });
});

describe("the way back over the API", () => {
  const planned = (properties: object) => ({ properties });
  const forward = planned({ failoverDirection: "PrimaryToRecovery", providerSpecificDetails: hyperV });
  const back = planned({
    failoverDirection: "RecoveryToPrimary",
    providerSpecificDetails: {
      instanceType: "HyperVReplicaAzureFailback",
      dataSyncOption: "ForSynchronization",
      recoveryVmCreationOption: "NoAction",
      providerIdForAlternateRecovery: null,
    },
  });

  it("goes by planned failover with the direction, commit and reprotect, and every answer tells the direction", async () => {
    const { world, send, run, item } = await portal();
    expect((await item("SQL")).properties.replicationDirection).toBe("PrimaryToRecovery");
    await run("POST", `${ITEMS}/SQL/plannedFailover`, forward);
    expect((await item("SQL")).properties).toMatchObject({
      replicationDirection: "RecoveryToPrimary",
      allowedOperations: ["CompleteMigration", "Commit", "DisableProtection", "ChangePit", "CancelFailover"],
    });
    await run("POST", `${ITEMS}/SQL/failoverCommit`);
    expect((await item("SQL")).properties.allowedOperations).toContain("Failback");
    world.replicaCapture.write("SQL", 5);
    const { job } = await run("POST", `${ITEMS}/SQL/plannedFailover`, back);
    expect(job).toMatchObject({ status: "Succeeded", properties: { scenarioName: "Failback" } });
    expect((await item("SQL")).properties).toMatchObject({
      protectionState: "PlannedFailoverCommitRequired",
      protectionStateDescription: "Failback finished",
      activeLocation: "Primary",
    });
    const path = `${ITEMS}/SQL/providers/Secondsite.Recovery/evidence`;
    const evidence = EvidenceView.parse((await send("GET", path, undefined, "2026-11-01")).body);
    expect(evidence.properties.runs[0]).toMatchObject({
      kind: "Failback",
      ordersOnReplica: 105,
      failback: { synchronizations: [{ moment: "final", bytesSaved: 6144 }] },
    });
    const points = listOf(RecoveryPointResource).parse((await send("GET", `${ITEMS}/SQL/recoveryPoints`)).body);
    expect(points.value.some(({ properties }) => properties.providerSpecificDetails.fromReplica)).toBe(true);
    await run("POST", `${ITEMS}/SQL/failoverCommit`);
    expect((await item("SQL")).properties.allowedOperations).toEqual(["ReverseReplicate", "DisableProtection"]);
    const begun = await send("POST", `${ITEMS}/SQL/reProtect`, {
      properties: { failoverDirection: "PrimaryToRecovery" },
    });
    expect(begun.status).toBe(202);
    while ((await item("SQL")).properties.protectionState !== "ReprotectInitiated") await tick();
    world.clock.advance(1_000);
    await world.site.replicate("item-SQL", false);
    while ((await item("SQL")).properties.currentScenario.scenarioName !== "None") await tick();
    expect((await item("SQL")).properties.protectionState).toBe("Protected");
  });

  it("is cancelled with failoverCancel, and ended with remove for the reason MigrationComplete", async () => {
    const { run, send, item } = await portal();
    await run("POST", `${ITEMS}/SQL/plannedFailover`, forward);
    const { job } = await run("POST", `${ITEMS}/SQL/failoverCancel`);
    expect(job).toMatchObject({ status: "Succeeded", properties: { scenarioName: "CancelFailover" } });
    expect((await item("SQL")).properties).toMatchObject({ protectionState: "Protected", activeLocation: "Primary" });
    await run("POST", `${ITEMS}/WEB/plannedFailover`, forward);
    const removed = { properties: { disableProtectionReason: "MigrationComplete" } };
    const ended = await run("POST", `${ITEMS}/WEB/remove`, removed);
    expect(ended.job.properties.scenarioName).toBe("CompleteMigration");
    expect((await send("GET", `${ITEMS}/WEB`)).status).toBe(404);
    const { status, body } = await send("POST", `${ITEMS}/SQL/remove`, removed);
    expect([status, body]).toMatchObject([409, { error: { code: "CompleteMigrationNotAllowed" } }]);
  });

  it.each([
    ["the details of the other direction", { ...back.properties, failoverDirection: "PrimaryToRecovery" }],
    ["no details", { failoverDirection: "RecoveryToPrimary" }],
    ["a failover's details", { failoverDirection: "RecoveryToPrimary", providerSpecificDetails: hyperV }],
  ])("is refused with %s", async (_, properties) => {
    const { send } = await portal();
    const refused = await send("POST", `${ITEMS}/SQL/plannedFailover`, { properties });
    expect([refused.status, refused.body]).toMatchObject([400, { error: { code: "FailoverDirectionMismatch" } }]);
  });

  it("shows both sides, and lets a person decide between two of one machine", async () => {
    const { world, send, run } = await portal();
    const path = `${ITEMS}/SQL/providers/Secondsite.Recovery/standing`;
    const standing = async () =>
      FailoverStanding.parse((await send("GET", path, undefined, "2026-11-01")).body).properties;
    expect(await standing()).toMatchObject({
      source: { power: "running" },
      replica: null,
      bothRunning: null,
      hosts: [],
    });
    await run("POST", `${ITEMS}/SQL/unplannedFailover`, { properties: { sourceSiteOperations: "NotRequired" } });
    await world.heartbeat(world.process().context);
    expect(await standing()).toMatchObject({
      bothRunning: { left: null },
      replica: { power: "running", ordersOnReplicaOnly: 0 },
      choices: [{ disabledReason: null }, { disabledReason: expect.any(String) as string }, { disabledReason: null }],
      hosts: [{ hostName: "HV01", isOriginal: true, hasMachine: true, problem: null }],
    });
    const resolve = (properties: object) => send("POST", `${path}/resolve`, { properties }, "2026-11-01");
    expect(await resolve({ choice: "LeaveBoth" })).toMatchObject({
      status: 400,
      body: { error: { code: "ReasonRequired" } },
    });
    expect(
      FailoverStanding.parse((await resolve({ choice: "ShutDownSource" })).body).properties.bothRunning,
    ).toBeNull();
    expect(world.site.machine("SQL").power).toBe("off");
  });
});

const tick = () => new Promise((resolve) => setTimeout(resolve, 1));

describe("jobs over the API", () => {
  it("are listed, filtered and read; a foreign or unknown one is not found", async () => {
    const { send, run } = await portal();
    const { job } = await run("POST", `${ITEMS}/SQL/testFailover`, testBody);
    const list = async (filter: string) =>
      listOf(ReplicationJobResource).parse(
        (await send("GET", `${VAULT}/replicationJobs?$filter=${encodeURIComponent(filter)}`)).body,
      ).value;
    expect((await list("jobStatus eq 'Succeeded'")).map((one) => one.name)).toContain(job.name);
    expect(await list("jobStatus eq 'Failed'")).toEqual([]);
    expect(await list("startTime ge '2099-01-01T00:00:00Z' and jobStatus eq 'Succeeded'")).toEqual([]);
    expect(await list("affectedObjectTypes eq 'RecoveryPlan'")).toEqual([]);
    const bad = await send("GET", `${VAULT}/replicationJobs?$filter=${encodeURIComponent("colour eq 'red'")}`);
    expect([bad.status, bad.body]).toMatchObject([400, { error: { code: "InvalidFilter" } }]);
    expect((await send("GET", `${VAULT}/replicationJobs/nothing`)).status).toBe(404);
    const resumed = await send("POST", `${VAULT}/replicationJobs/${job.name}/resume`, {
      properties: { comments: "x" },
    });
    expect([resumed.status, resumed.body]).toMatchObject([409, { error: { code: "JobActionNotAllowed" } }]);
  });

  it("that failed say why, at the job, at the task, in the status document and as the result", async () => {
    const { world, send, run } = await portal();
    world.vaultData.failures.set("SQL-os", 1);
    const { job, location } = await run("POST", `${ITEMS}/SQL/testFailover`, testBody);
    expect(job).toMatchObject({ status: "Failed", error: { code: "PackMissing" } });
    expect(job.properties.allowedActions).toEqual(["Restart"]);
    expect(job.properties.errors[0]?.serviceErrorDetails).toMatchObject({
      code: "PackMissing",
      possibleCauses: "Deleted.",
    });
    expect(job.properties.tasks[2]).toMatchObject({ state: "Failed", errors: [{ errorLevel: "Error" }] });
    expect(await send("GET", location)).toMatchObject({ status: 500, body: { error: { code: "PackMissing" } } });
    expect((await send("POST", `${VAULT}/replicationJobs/${job.name}/restart`)).status).toBe(200);
  });
});

describe("recovery plans over the API", () => {
  const plan = `${VAULT}/replicationRecoveryPlans/shop`;
  const action = {
    actionName: "Switch",
    failoverTypes: ["TestFailover"],
    failoverDirections: ["PrimaryToRecovery"],
    customDetails: { instanceType: "ManualActionDetails", description: "Point it." },
  };
  const boot = (name: string, actions: object[] = []) => ({
    groupType: "Boot",
    replicationProtectedItems: [{ id: `${ITEMS}/${name}`, virtualMachineId: name }],
    startGroupActions: actions,
  });
  const body = (groups: object[]) => ({
    properties: { primaryFabricId: `${VAULT}/replicationFabrics/branch`, recoveryFabricId: "Microsoft Azure", groups },
  });

  it("come back with the service's two groups in front, and keep their actions", async () => {
    const { send } = await portal();
    const made = await send("PUT", plan, body([boot("SQL"), boot("WEB", [action])]));
    const parsed = RecoveryPlanResource.parse(made.body);
    expect(parsed.properties.groups.map((group) => group.groupType)).toEqual(["Shutdown", "Failover", "Boot", "Boot"]);
    expect(parsed.properties.groups[3]?.startGroupActions).toEqual([action]);
    expect(parsed.properties.allowedOperations).toEqual(["PlannedFailover", "UnplannedFailover", "TestFailover"]);
    const again = await send("PATCH", plan, { properties: { groups: parsed.properties.groups } });
    expect(RecoveryPlanResource.parse(again.body).properties.groups).toEqual(parsed.properties.groups);
    expect(
      listOf(RecoveryPlanResource).parse((await send("GET", `${VAULT}/replicationRecoveryPlans`)).body).value,
    ).toHaveLength(1);
    expect((await send("DELETE", plan)).status).toBe(204);
    expect((await send("GET", plan)).status).toBe(404);
  });

  it.each([
    ["an unknown item", [boot("NOBODY")], "RecoveryPlanUnknownItem"],
    ["an item twice", [boot("SQL"), boot("sql")], "RecoveryPlanItemTwice"],
    ["an empty group", [boot("SQL"), { groupType: "Boot" }], "RecoveryPlanGroupEmpty"],
    [
      "an action of an unknown kind",
      [boot("SQL", [{ ...action, customDetails: { instanceType: "ScriptActionDetails", path: "x" } }])],
      "UnknownPropertyType",
    ],
  ])("are refused with %s", async (_, groups, code) => {
    const { send } = await portal();
    expect(await send("PUT", plan, body(groups))).toMatchObject({ status: 400, body: { error: { code } } });
  });

  it("run as one job whose groups hold their machines, halt at the action, and go on with a comment", async () => {
    const { send, run } = await portal();
    await send("PUT", plan, body([boot("SQL"), boot("WEB", [action])]));
    const { job } = await run("POST", `${plan}/testFailover`, {
      properties: { ...test, providerSpecificDetails: [{ ...hyperV, recoveryPointType: "LatestProcessed" }] },
    });
    expect(job).toMatchObject({
      status: "Suspended",
      properties: { targetInstanceType: "RecoveryPlan", allowedActions: ["Cancel", "Resume"] },
    });
    const groups = job.properties.tasks.filter((task) => task.groupTaskCustomDetails);
    expect(groups.map((task) => task.friendlyName)).toEqual(["All groups: failover", "Group 1", "Group 2"]);
    const [halted] = groups[2]?.groupTaskCustomDetails?.childTasks ?? [];
    expect(halted).toMatchObject({
      state: "Suspended",
      allowedActions: ["Resume"],
      customDetails: { instanceType: "ManualActionTaskDetails", name: "Switch", instructions: "Point it." },
    });
    const resume = `${VAULT}/replicationJobs/${job.name}/resume`;
    expect((await send("POST", resume, { properties: { comments: "" } })).status).toBe(400);
    expect((await send("POST", resume, { properties: { comments: "Done." } })).status).toBe(200);
    const cleanup = async () => (await send("POST", `${plan}/testFailoverCleanup`, { properties: {} })).status;
    while ((await cleanup()) === 409) await new Promise((resolve) => setTimeout(resolve, 1));
  });
});
