import { SiteRecoveryManagementClient } from "@azure/arm-recoveryservices-siterecovery";
import { createDefaultHttpClient, createHttpHeaders, type PipelineResponse } from "@azure/core-rest-pipeline";
import { describe, expect, it } from "vitest";
import type { FabricKind } from "@/lib/domain/replication-provider";
import { RecoveryWorld, SCOPE } from "@/lib/testing/recovery-world";
import { createArmRouter } from "./router";

const ENDPOINT = "https://127.0.0.1:3443";
const VAULT = ["contoso-vault", "contoso"] as const;
const ITEM = [...VAULT, "branch", "cloud_f00d", "SQL"] as const;

/** The official client, its transport replaced by the router: everything but the socket is real. */
async function client(kind: FabricKind = "HyperVSite") {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100 }, kind);
  await world.protect(context, "SQL");
  const process = world.process();
  process.runner.start();
  const handle = createArmRouter(process.context);
  const credential = { getToken: async () => ({ token: "any", expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const official = new SiteRecoveryManagementClient(credential, SCOPE.subscriptionId, {
    endpoint: ENDPOINT,
    retryOptions: { maxRetries: 0 },
    httpClient: {
      ...createDefaultHttpClient(),
      async sendRequest(request): Promise<PipelineResponse> {
        const body = typeof request.body === "string" ? { body: request.body } : {};
        const headers = new Headers([...request.headers]);
        const answer = await handle(new Request(request.url, { method: request.method, headers, ...body }));
        const answerHeaders = createHttpHeaders(Object.fromEntries(answer.headers));
        return { request, status: answer.status, headers: answerHeaders, bodyAsText: await answer.text() };
      },
    },
  });
  return { world, official, stop: () => process.runner.stop() };
}

const quick = { updateIntervalInMs: 5 };
const hyperV = { instanceType: "HyperVReplicaAzure" } as const;

describe("the official Azure client", () => {
  it("tests, cleans up, fails over, commits and reads the job, by its own pollers and models", async () => {
    const { world, official, stop } = await client();
    const items = official.replicationProtectedItems;
    const listed = [];
    for await (const item of items.list(...VAULT)) listed.push(item.properties?.friendlyName);
    expect(listed).toEqual(["SQL"]);
    const networkId = `/subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers/Microsoft.Network/virtualNetworks/test`;
    const test = { failoverDirection: "PrimaryToRecovery", networkType: "VmNetworkAsInput", networkId };
    const properties = { ...test, providerSpecificDetails: hyperV };
    const tested = await items.beginTestFailoverAndWait(...ITEM, { properties }, quick);
    expect(tested.properties?.testFailoverState).toBe("WaitingForCompletion");
    const again = items.beginTestFailoverAndWait(...ITEM, { properties }, quick);
    await expect(again).rejects.toMatchObject({ statusCode: 409, code: "TestFailoverNotAllowed" });
    await items.beginTestFailoverCleanupAndWait(...ITEM, { properties: { comments: "Fine." } }, quick);
    const planned = { failoverDirection: "PrimaryToRecovery", providerSpecificDetails: hyperV };
    const over = await items.beginPlannedFailoverAndWait(...ITEM, { properties: planned }, quick);
    expect(over.properties?.activeLocation).toBe("Recovery");
    const details = over.properties?.providerSpecificDetails;
    if (details?.instanceType !== "HyperVReplicaAzure") throw new Error("not the model of this scenario");
    expect(details).toMatchObject({ recoveryAzureVmName: "SQL", azureVmDiskDetails: [{ vhdId: "SQL-os" }, {}] });
    await items.beginFailoverCommitAndWait(...ITEM, quick);
    const jobs = [];
    for await (const job of official.replicationJobs.list(...VAULT, { filter: "jobStatus eq 'Succeeded'" })) {
      jobs.push(job.properties?.scenarioName);
    }
    // Equal instants of the test clock leave their order open.
    expect(jobs.sort()).toEqual(["Commit", "PlannedFailover", "TestFailover", "TestFailoverCleanup"]);
    expect(world.site.machine("SQL").power).toBe("off");
    await stop();
  });

  it("makes a policy of VMware machines, and fails one over, by its own models of that scenario", async () => {
    const { official, stop } = await client("VMware");
    const settings = {
      instanceType: "InMageAzureV2",
      recoveryPointHistory: 1440,
      crashConsistentFrequencyInMinutes: 10,
      appConsistentFrequencyInMinutes: 60,
      recoveryPointThresholdInMinutes: 30,
    } as const;
    const input = { properties: { providerSpecificInput: { ...settings, multiVmSyncStatus: "Disable" } } };
    const policy = await official.replicationPolicies.beginCreateAndWait(...VAULT, "gold", input, quick);
    expect(policy.properties?.providerSpecificDetails).toMatchObject(settings);
    const fabric = await official.replicationFabrics.get(...VAULT, "branch");
    expect(fabric.properties?.customDetails).toMatchObject({ instanceType: "VMware", processServerCount: "1" });
    const failover = {
      failoverDirection: "PrimaryToRecovery",
      sourceSiteOperations: "Required",
      providerSpecificDetails: { instanceType: "InMageAzureV2" },
    } as const;
    const items = official.replicationProtectedItems;
    const over = await items.beginUnplannedFailoverAndWait(...ITEM, { properties: failover }, quick);
    const details = over.properties?.providerSpecificDetails;
    if (details?.instanceType !== "InMageAzureV2") throw new Error("not the model of this scenario");
    expect(details).toMatchObject({
      recoveryAzureVMName: "SQL",
      azureVMDiskDetails: [{ vhdId: "SQL-os" }, {}],
      protectedDisks: [{ diskId: "SQL-os", resyncRequired: "None" }, {}],
    });
    await stop();
  });

  it("is told by its poller why a job failed", async () => {
    const { world, official, stop } = await client();
    world.vaultData.failures.set("SQL-os", 1);
    const properties = { failoverDirection: "PrimaryToRecovery", providerSpecificDetails: hyperV };
    const failing = official.replicationProtectedItems.beginUnplannedFailoverAndWait(...ITEM, { properties }, quick);
    await expect(failing).rejects.toThrow(/PackMissing/);
    await stop();
  });
});
