import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PolicyResource } from "@/lib/contract/policies";
import { ArmWorld } from "@/lib/testing/arm-world";
import { sampleItem, sampleMapping, samplePolicy, SCOPE } from "@/lib/testing/sample-entities";

const POLICY = "replicationPolicies/hourly";
const ID = `/Subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers/Microsoft.RecoveryServices/vaults/Contoso-Vault/replicationPolicies`;
const create = (settings: object = {}) => ({
  properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", ...settings } },
});

let world: ArmWorld;
beforeEach(async () => {
  world = new ArmWorld();
  await world.furnish();
});
afterEach(() => world.stop());

describe("creating a replication policy", () => {
  it("takes the bare type and fills in what the service fills in, by a job of the service's name", async () => {
    const response = await world.request("PUT", POLICY, create());
    expect(response.headers.get("location")).toMatch(
      new RegExp(`^http://127.0.0.1:3000${ID}/hourly/operationresults/[^/]+\\?api-version=2023-06-01$`, "i"),
    );
    const location = response.headers.get("location") ?? "";
    const job = await world.settled(response);
    expect(job).toMatchObject({
      status: "Succeeded",
      properties: {
        scenarioName: "AddProtectionProfile",
        friendlyName: "Create replication policy",
        targetInstanceType: "ProtectionProfile",
        targetObjectName: "hourly",
      },
    });
    const expected = {
      id: `${ID}/hourly`,
      name: "hourly",
      type: "Microsoft.RecoveryServices/vaults/replicationPolicies",
      properties: {
        friendlyName: "hourly",
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          recoveryPointHistoryDurationInHours: 2,
          applicationConsistentSnapshotFrequencyInHours: 1,
          replicationInterval: 300,
          onlineReplicationStartTime: null,
          encryption: "Disabled",
          activeStorageAccountId: `/subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers/Microsoft.Storage/storageAccounts/contosostorage`,
        },
      },
    };
    const policy = await world.get("replicationPolicies/HOURLY");
    expect(PolicyResource.parse(policy)).toEqual(policy);
    expect(policy).toEqual(expected);
    expect(await world.get("replicationPolicies")).toEqual({ value: [expected], nextLink: null });
    const { pathname, search } = new URL(location);
    expect(await world.get(pathname + search)).toEqual(expected);
  });

  it("answers a repeated PUT at once, and changes what a different one says", async () => {
    const settings = { replicationInterval: 30, recoveryPointHistoryDuration: 4 };
    await world.run("PUT", POLICY, create(settings));
    expect((await world.request("PUT", POLICY, create(settings))).status).toBe(200);
    const job = await world.run(
      "PUT",
      POLICY,
      create({ recoveryPointHistoryDuration: 0, applicationConsistentSnapshotFrequencyInHours: 0 }),
    );
    expect(job.properties.scenarioName).toBe("UpdateProtectionProfile");
    expect(await world.get(POLICY)).toMatchObject({
      properties: { providerSpecificDetails: { recoveryPointHistoryDurationInHours: 0, replicationInterval: 30 } },
    });
    const refused = world.failure("PUT", POLICY, create(settings), { "if-none-match": "*" });
    expect(await refused).toMatchObject({ status: 409, code: "NameTaken", target: "policyName" });
  });

  it("takes continuous replication in our own words, and an interval of 5 seconds without them as little as the service", async () => {
    const refused = world.failure("PUT", POLICY, create({ replicationInterval: 5 }));
    expect(await refused).toMatchObject({ status: 400, code: "InvalidReplicationPolicy" });
    const both = world.failure("PUT", POLICY, create({ replicationInterval: 300, continuous: true }));
    expect(await both).toMatchObject({ target: "properties.providerSpecificInput.replicationInterval" });
    await world.run("PUT", POLICY, create({ continuous: true }));
    const details = { continuous: true, replicationInterval: 5 };
    expect(await world.get(POLICY)).toMatchObject({ properties: { providerSpecificDetails: details } });
    // As a client does that sends back what it has read.
    expect((await world.request("PUT", POLICY, create(details))).status).toBe(200);
    await world.run("PUT", POLICY, create({ replicationInterval: 30 }));
    expect(await world.get(POLICY)).not.toHaveProperty("properties.providerSpecificDetails.continuous");
  });

  it("gives two PUTs that race one job and one policy", async () => {
    const [a, b] = await Promise.all([world.request("PUT", POLICY, create()), world.request("PUT", POLICY, create())]);
    const jobs = [await world.settled(a), await world.settled(b)];
    expect(jobs.filter((job) => job.status === "Succeeded").length).toBeGreaterThanOrEqual(1);
    expect(await world.repositories.policies.list("vault-1")).toHaveLength(1);
  });

  it.each([
    [{ replicationInterval: 60 }, "replicationInterval", "60 seconds"],
    [{ recoveryPointHistoryDuration: 25 }, "recoveryPointHistoryDuration", "25 hours"],
    [{ recoveryPointHistoryDuration: -1 }, "recoveryPointHistoryDuration", "-1 hours"],
    [
      { applicationConsistentSnapshotFrequencyInHours: 13 },
      "applicationConsistentSnapshotFrequencyInHours",
      "13 hours",
    ],
    [
      { recoveryPointHistoryDuration: 2, applicationConsistentSnapshotFrequencyInHours: 3 },
      "applicationConsistentSnapshotFrequencyInHours",
      "kept for 2 hours",
    ],
    [
      { recoveryPointHistoryDuration: 0, applicationConsistentSnapshotFrequencyInHours: 1 },
      "applicationConsistentSnapshotFrequencyInHours",
      "need recovery points",
    ],
  ])("says in words what is wrong with %j", async (settings, property, words) => {
    const answer = await world.failure("PUT", POLICY, create(settings));
    expect(answer).toMatchObject({
      status: 400,
      code: "InvalidReplicationPolicy",
      target: `properties.providerSpecificInput.${property}`,
    });
    expect(answer.message).toContain(words);
    expect(await world.repositories.policies.list("vault-1")).toEqual([]);
  });

  it("takes the limits themselves", async () => {
    const limits = {
      recoveryPointHistoryDuration: 24,
      applicationConsistentSnapshotFrequencyInHours: 12,
      replicationInterval: 900,
    };
    expect((await world.run("PUT", POLICY, create(limits))).status).toBe("Succeeded");
  });

  it("refuses a type of another scenario, a start time, a fraction, an unknown account and a forbidden name", async () => {
    const refused = (path: string, body: unknown) => world.failure("PUT", path, body);
    const otherType = { properties: { providerSpecificInput: { instanceType: "A2A" } } };
    expect(await refused(POLICY, otherType)).toMatchObject({
      status: 400,
      target: "properties.providerSpecificInput.instanceType",
    });
    expect(await refused(POLICY, create({ onlineReplicationStartTime: "2026-12-01T00:00:00Z" }))).toMatchObject({
      status: 400,
      code: "OnlineReplicationStartTimeNotSupported",
    });
    expect((await refused(POLICY, create({ replicationInterval: 30.5 }))).status).toBe(400);
    expect((await refused(POLICY, create({ storageAccounts: ["nowhere"] }))).status).toBeGreaterThanOrEqual(400);
    expect(await refused("replicationPolicies/under_score", create())).toMatchObject({
      status: 400,
      code: "InvalidResourceName",
      target: "policyName",
    });
    expect(await refused(POLICY, {})).toMatchObject({ status: 400, target: "properties" });
  });
});

describe("changing and deleting a replication policy", () => {
  beforeEach(() => world.repositories.policies.insert(samplePolicy({ name: "hourly" })));

  it("changes only what a PATCH names", async () => {
    const body = {
      properties: { replicationProviderSettings: { instanceType: "HyperVReplicaAzure", replicationInterval: 900 } },
    };
    expect((await world.run("PATCH", POLICY, body)).status).toBe("Succeeded");
    expect(await world.repositories.policies.get("policy-1")).toEqual(
      samplePolicy({ name: "hourly", replicationIntervalSeconds: 900 }),
    );
    const missing = await world.failure("PATCH", "replicationPolicies/none", body);
    expect(missing).toMatchObject({ status: 404, code: "NotFound" });
  });

  it("is refused while a group or a machine uses the policy, and says which", async () => {
    await world.repositories.containerMappings.insert(sampleMapping());
    await world.repositories.protectedItems.insert(sampleItem());
    const answer = await world.failure("DELETE", POLICY);
    expect(answer).toMatchObject({ status: 409, code: "PolicyInUse" });
    expect(answer.message).toContain("branch-group");
    expect(answer.message).toContain("sql-01");
  });

  it("is gone when its job has ended; deleting nothing is no error", async () => {
    const job = await world.run("DELETE", POLICY);
    expect(job).toMatchObject({ status: "Succeeded", properties: { scenarioName: "RemoveProtectionProfile" } });
    expect(await world.failure("GET", POLICY)).toMatchObject({ status: 404 });
    expect((await world.request("DELETE", POLICY)).status).toBe(204);
  });
});
