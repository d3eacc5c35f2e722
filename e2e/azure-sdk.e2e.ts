import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { differenceBetween } from "./azure-sdk/compare-images";
import { type ClientRun, type Exchange, type Json, runClient, runProgram } from "./azure-sdk/run-client";
import { secureRequest } from "./azure-sdk/secure-request";
import { makeImage } from "./bench/images";
import { portalOf } from "./support/portals";

/**
 * The official Azure clients, unchanged and over TLS, take a machine of a folder of images through its whole life. They
 * accept anything, so what counts is checked here field by field: on the wire, and as the client's caller sees it.
 */
test.describe.configure({ mode: "serial" });

const portal = portalOf("programs");
const root = path.resolve(import.meta.dirname, "..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-sdk-"));
const images = [path.join(folder, "ledger-1.raw"), path.join(folder, "ledger-2.raw")] as const;
const PASSPHRASE = "sixteen characters and some";

const GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/contoso/providers";
const VAULT = `${GROUP}/Microsoft.RecoveryServices/vaults/sdk-vault`;
/** Children of a vault carry a capital S in their ids; the vault itself does not. */
const CHILD = VAULT.replace("/subscriptions", "/Subscriptions");
const FABRIC = `${CHILD}/replicationFabrics/sdk-site`;
const OURS = `${GROUP}/Secondsite.Recovery`;
const STORAGE = `${GROUP}/Microsoft.Storage/storageAccounts/sdkstorage`;
const NETWORK = `${GROUP}/Microsoft.Network/virtualNetworks/sdk-network`;
const TYPE = "Microsoft.RecoveryServices/vaults";
const CONTAINER_TYPE = `${TYPE}/replicationFabrics/replicationProtectionContainers`;
const IDLE = {
  scenarioName: "None",
  jobId: `${CHILD}/replicationJobs/None`,
  startTime: "1753-01-01T01:01:01Z",
};
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const guid: Json = expect.stringMatching(GUID);
const instant: Json = expect.stringMatching(INSTANT);
const own = (resource: string) => `${resource}?api-version=2026-11-01`;

test.beforeAll(async () => {
  // The second disk ends inside a block, as disks of other makers do.
  await makeImage(images[0], 16 * 1024 ** 2, 1);
  await makeImage(images[1], 8 * 1024 ** 2, 2);
  fs.truncateSync(images[1], 13 * 1024 ** 2 + 512);
  const put = (address: string, properties: object) =>
    secureRequest(portal, "PUT", own(address), { location: "westeurope", properties });
  expect((await put(STORAGE, {})).status).toBe(201);
  const subnets = [{ name: "default", properties: { addressPrefix: "10.7.0.0/24" } }];
  const made = await put(NETWORK, { addressSpace: { addressPrefixes: ["10.7.0.0/16"] }, subnets, isolated: true });
  expect(made.status).toBe(201);
});

test.afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** 202 as the service sends it (asr reference 2.2), with the job as the status document. */
function expectAccepted(exchange: Exchange, resource: string): string {
  const { status, headers, body } = exchange;
  expect([status, body]).toEqual([202, null]);
  const jobId = headers["azure-asyncoperation"]?.match(/replicationJobs\/([^?]+)/)?.[1] ?? "";
  expect(jobId).toMatch(GUID);
  const version = new URL(exchange.url).searchParams.get("api-version") ?? "";
  expect(headers).toMatchObject({
    "azure-asyncoperation": `${portal.tlsOrigin}${CHILD}/replicationJobs/${jobId}?api-version=${version}`,
    location: `${portal.tlsOrigin}${resource}/operationresults/${jobId}?api-version=${version}`,
    "retry-after": expect.stringMatching(/^\d+$/),
    "x-ms-request-id": `${CHILD}/replicationJobs/${jobId}`,
    "x-ms-client-request-id": guid,
    "x-ms-correlation-request-id": guid,
    "cache-control": "no-cache",
  });
  return jobId;
}

/** The list bodies of the service carry `nextLink: null`. */
function onlyOf(exchange: Exchange): Json {
  expect(exchange.status).toBe(200);
  expect(exchange.body).toEqual({ value: [expect.anything()], nextLink: null });
  return exchange.body.value[0];
}

/** An ARM error on the wire, and the RestError that the client makes of it. */
function expectRefused(run: ClientRun, step: string, exchange: Exchange, status: number, code: string): void {
  expect(exchange.status).toBe(status);
  expect(exchange.body).toEqual({
    error: {
      code,
      message: expect.stringMatching(/\.$/),
      ...(exchange.body.error.target === undefined ? {} : { target: expect.any(String) }),
      details: [
        {
          code,
          message: exchange.body.error.message,
          ...(exchange.body.error.target === undefined ? {} : { target: exchange.body.error.target }),
          possibleCauses: expect.stringMatching(/\.$/),
          recommendedAction: expect.stringMatching(/[.]$/),
          clientRequestId: exchange.headers["x-ms-client-request-id"],
          activityId: guid,
        },
      ],
    },
  });
  expect(run.result(step)).toMatchObject({ name: "RestError", statusCode: status, code });
}

test("the client creates a vault, a Hyper-V site and replication policies", async () => {
  const run = await runClient("createVault", portal);
  expect(run.result("nameFree")).toEqual({ nameAvailable: true });
  expect(run.result("nameTaken")).toEqual({
    nameAvailable: false,
    reason: "AlreadyExists",
    message: expect.any(String),
  });
  expectAccepted(run.exchange("PUT", /\/vaults\/sdk-vault$/), VAULT);
  expect(run.exchange("GET", /\/vaults\/sdk-vault$/).body).toMatchObject({
    id: VAULT,
    name: "sdk-vault",
    type: TYPE,
    location: "westeurope",
    etag: expect.stringMatching(/^W\/"datetime'.+'"$/),
    tags: { made: "by the client" },
    sku: { name: "Standard", tier: "Standard" },
    properties: {
      provisioningState: "Succeeded",
      privateEndpointConnections: [],
      privateEndpointStateForBackup: "None",
      privateEndpointStateForSiteRecovery: "None",
      publicNetworkAccess: "Disabled",
    },
  });
  expect(run.result("vault").properties.provisioningState).toBe("Succeeded");
  expect(run.result("vaults")).toContainEqual(expect.objectContaining({ name: "sdk-vault", type: TYPE }));
  expect(run.result("usages")).toEqual([
    {
      monitoringSummary: {
        unHealthyVmCount: 0,
        unHealthyProviderCount: 0,
        eventsCount: expect.any(Number),
        deprecatedProviderCount: 0,
        supportedProviderCount: 0,
        unsupportedProviderCount: 0,
      },
      jobsSummary: { failedJobs: 0, suspendedJobs: 0, inProgressJobs: 0 },
      protectedItemCount: 0,
      recoveryPlanCount: 0,
      registeredServersCount: 0,
      recoveryServicesProviderAuthType: expect.any(Number),
    },
  ]);
  checkFabric(run);
  checkPolicies(run);
});

function checkFabric(run: ClientRun): void {
  const created = run.exchange("PUT", /\/replicationFabrics\/sdk-site$/);
  expectAccepted(created, FABRIC);
  const encryption = { kekState: "None", kekCertThumbprint: null, kekCertExpiryDate: null };
  expect(onlyOf(run.exchange("GET", /\/replicationFabrics$/))).toEqual({
    id: FABRIC,
    name: "sdk-site",
    type: `${TYPE}/replicationFabrics`,
    properties: {
      friendlyName: "sdk-site",
      encryptionDetails: encryption,
      rolloverEncryptionDetails: encryption,
      internalIdentifier: guid,
      bcdrState: "Valid",
      // Created with the abstract type, it comes back as what it is.
      customDetails: { instanceType: "HyperVSite", hyperVHosts: [] },
      healthErrorDetails: [],
      health: "Normal",
    },
  });
  expect(run.result("fabric").properties.customDetails).toEqual({ instanceType: "HyperVSite", hyperVHosts: [] });
  const refused = run.exchange("GET", /\/replicationFabrics\/nowhere$/);
  expect(run.result("noSuchFabric")).toMatchObject({ name: "RestError", statusCode: 404 });
  expect(refused.body.error).toMatchObject({
    code: "NotFound",
    details: [
      {
        code: "ArmResourceDoesNotExist",
        message: expect.any(String),
        possibleCauses: expect.any(String),
        recommendedAction: expect.any(String),
        clientRequestId: refused.headers["x-ms-client-request-id"],
        activityId: guid,
      },
    ],
  });
}

function checkPolicies(run: ClientRun): void {
  expect(run.result("barePolicy").properties.providerSpecificDetails).toEqual({
    instanceType: "HyperVReplicaAzure",
    recoveryPointHistoryDurationInHours: 2,
    applicationConsistentSnapshotFrequencyInHours: 1,
    replicationInterval: 300,
    onlineReplicationStartTime: null,
    encryption: "Disabled",
    // The region's oldest account: whichever test came first has made it.
    activeStorageAccountId: expect.stringMatching(/\/Microsoft\.Storage\/storageAccounts\/[a-z0-9]+$/),
  });
  expect(onlyOf(run.exchange("GET", /\/replicationPolicies$/))).toEqual({
    id: `${CHILD}/replicationPolicies/sdk-policy`,
    name: "sdk-policy",
    type: `${TYPE}/replicationPolicies`,
    properties: {
      friendlyName: "sdk-policy",
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzure",
        recoveryPointHistoryDurationInHours: 24,
        applicationConsistentSnapshotFrequencyInHours: 0,
        replicationInterval: 30,
        onlineReplicationStartTime: null,
        encryption: "Disabled",
        activeStorageAccountId: STORAGE,
      },
    },
  });
}

test("the command line registers a folder of images as the site's host", async () => {
  const passphrase = await secureRequest(
    portal,
    "PUT",
    own(`${VAULT}/providers/Secondsite.Recovery/passphrases/default`),
    {
      properties: { passphrase: PASSPHRASE },
    },
  );
  expect(passphrase.status).toBe(204);
  const site = await secureRequest(portal, "PUT", own(`${OURS}/estateSites/sdk-site`), { properties: { folder } });
  expect(site.body).toMatchObject({ properties: { kind: "folder", state: "running", registeredVaultId: null } });
  const key = await secureRequest(
    portal,
    "POST",
    own(`${VAULT}/replicationFabrics/sdk-site/providers/Secondsite.Recovery/generateRegistrationKey`),
  );
  expect(Date.parse(key.body.expiresAt) - Date.parse(key.body.issuedAt)).toBe(5 * 24 * 60 * 60 * 1000);
  expect(key.body.content).toMatch(/<RSVaultAsrCreds [^>]*Microsoft\.Azure\.Portal\.RecoveryServices\.Models\.Common/);
  const file = path.join(folder, key.body.fileName);
  fs.writeFileSync(file, key.body.content, { mode: 0o600 });
  const register = (words: string) =>
    runProgram(
      [
        path.join(root, "bin", "secondsite.mjs"),
        ...["site", "register", "--credentials", file],
        ...["--site", "sdk-site"],
        "--json",
      ],
      { SECONDSITE_HOME: portal.home },
      `${words}\n`,
    );
  const wrong = await register("not the right passphrase");
  expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining("WrongPassphrase")]);
  const right = await register(PASSPHRASE);
  expect([right.code, right.stderr]).toEqual([0, ""]);
  expect(JSON.parse(right.stdout)).toMatchObject({ vaultName: "sdk-vault", siteName: "sdk-site", agentStarted: true });
  await expect
    .poll(async () => {
      const address = `${VAULT}/replicationFabrics/sdk-site/replicationRecoveryServicesProviders?api-version=2023-06-01`;
      const { body } = await secureRequest(portal, "GET", address);
      return body.value[0]?.properties.connectionStatus;
    })
    .toBe("Connected");
});

test("the client protects the machine and sees it reach Protected", async () => {
  test.setTimeout(180_000);
  const run = await runClient("protect", portal);
  const cloud = checkInfrastructure(run);
  const machineId: string = run.result("item").name;
  checkProtectable(run, cloud, machineId);
  checkProtectedItem(run, cloud, machineId);
  checkPointsAndSizes(run, `${cloud}/replicationProtectedItems/${machineId}`);
  checkJobsAndEvents(run, machineId);
});

function checkInfrastructure(run: ClientRun): string {
  const provider = onlyOf(run.exchange("GET", /\/replicationRecoveryServicesProviders$/));
  expect(provider).toMatchObject({
    id: `${FABRIC}/replicationRecoveryServicesProviders/${provider.name}`,
    type: `${TYPE}/replicationFabrics/replicationRecoveryServicesProviders`,
    properties: {
      fabricType: "HyperVSite",
      friendlyName: expect.any(String),
      fabricFriendlyName: "sdk-site",
      providerVersion: expect.any(String),
      lastHeartBeat: instant,
      connectionStatus: "Connected",
      protectedItemCount: 0,
      allowedScenarios: expect.any(Array),
      healthErrorDetails: [],
      draIdentifier: expect.any(String),
    },
  });
  expect(
    new Date(run.result("providers")[0].lastHeartBeat ?? provider.properties.lastHeartBeat).getTime(),
  ).toBeGreaterThan(0);
  const container = onlyOf(run.exchange("GET", /\/vaults\/sdk-vault\/replicationProtectionContainers$/));
  expect(container.name).toMatch(/^cloud_[0-9a-f-]{36}$/);
  expect(container).toEqual({
    id: `${FABRIC}/replicationProtectionContainers/${container.name}`,
    name: container.name,
    type: CONTAINER_TYPE,
    properties: {
      fabricFriendlyName: "sdk-site",
      friendlyName: "sdk-site",
      fabricType: "HyperVSite",
      protectedItemCount: 0,
      pairingStatus: "NotPaired",
      role: "",
      fabricSpecificDetails: null,
    },
  });
  const mapped = run.exchange("PUT", /\/replicationProtectionContainerMappings\/sdk-mapping$/);
  expectAccepted(mapped, `${container.id}/replicationProtectionContainerMappings/sdk-mapping`);
  expect(run.exchange("GET", /\/replicationProtectionContainerMappings\/sdk-mapping$/).body).toEqual({
    id: `${container.id}/replicationProtectionContainerMappings/sdk-mapping`,
    name: "sdk-mapping",
    type: `${CONTAINER_TYPE}/replicationProtectionContainerMappings`,
    properties: {
      targetProtectionContainerId: "Microsoft Azure",
      targetProtectionContainerFriendlyName: "Microsoft Azure",
      providerSpecificDetails: null,
      health: "Normal",
      healthErrorDetails: [],
      policyId: `${CHILD}/replicationPolicies/sdk-policy`,
      policyFriendlyName: "sdk-policy",
      state: "Paired",
      sourceProtectionContainerFriendlyName: "sdk-site",
      sourceFabricFriendlyName: "sdk-site",
      targetFabricFriendlyName: "Microsoft Azure",
    },
  });
  return container.id;
}

function checkProtectable(run: ClientRun, cloud: string, machineId: string): void {
  const { body } = run.exchange("GET", /\/replicationProtectableItems\/[^/]+$/);
  expect(machineId).toMatch(GUID);
  expect(body).toMatchObject({
    id: `${cloud}/replicationProtectableItems/${machineId}`,
    name: machineId,
    type: `${CONTAINER_TYPE}/replicationProtectableItems`,
    properties: {
      friendlyName: "ledger",
      protectionStatus: "Protected",
      replicationProtectedItemId: `${cloud}/replicationProtectedItems/${machineId}`,
      recoveryServicesProviderId: expect.stringContaining(`${FABRIC}/replicationRecoveryServicesProviders/`),
      protectionReadinessErrors: [],
      supportedReplicationProviders: ["HyperVReplicaAzure"],
      customDetails: {
        instanceType: "HyperVVirtualMachine",
        sourceItemId: machineId,
        generation: "1",
        osDetails: { osType: "Other" },
        diskDetails: [
          { maxSizeMB: 32, vhdType: "OperatingSystem", vhdId: guid, vhdName: "ledger-1.raw" },
          { maxSizeMB: 14, vhdType: "Data", vhdId: guid, vhdName: "ledger-2.raw" },
        ],
        hasPhysicalDisk: "NotPresent",
        hasFibreChannelAdapter: "NotPresent",
        hasSharedVhd: "NotPresent",
        hyperVHostId: expect.any(String),
      },
    },
  });
  const unprotected = run.exchange("GET", /\/replicationProtectableItems$/).body.value[0].properties;
  expect(unprotected.friendlyName).toBe("ledger");
}

function checkProtectedItem(run: ClientRun, cloud: string, machineId: string): void {
  const id = `${cloud}/replicationProtectedItems/${machineId}`;
  expectAccepted(run.exchange("PUT", /\/replicationProtectedItems\/[^/]+$/), id);
  // While initial replication runs, scripts wait for exactly this word to go away.
  const words = run.wire
    .filter(({ method, url }) => method === "GET" && /\/replicationProtectedItems\/[^/]+$/.test(new URL(url).pathname))
    .map(({ body }) => body.properties.protectionState);
  expect([...new Set(words)].filter((word) => word !== "UnprotectedStatesBegin")).toEqual(["Protected"]);
  const item = onlyOf(run.exchange("GET", /\/vaults\/sdk-vault\/replicationProtectedItems$/));
  const disks = run.exchange("GET", /\/replicationProtectableItems\/[^/]+$/).body.properties.customDetails.diskDetails;
  expect(item).toMatchObject({
    id,
    name: machineId,
    type: `${CONTAINER_TYPE}/replicationProtectedItems`,
    properties: {
      friendlyName: "ledger",
      protectedItemType: "HyperVVirtualMachine",
      protectableItemId: `${cloud}/replicationProtectableItems/${machineId}`,
      recoveryServicesProviderId: expect.stringContaining(`${FABRIC}/replicationRecoveryServicesProviders/`),
      primaryFabricFriendlyName: "sdk-site",
      primaryFabricProvider: "HyperVSite",
      recoveryFabricFriendlyName: "Microsoft Azure",
      recoveryFabricId: "Microsoft Azure",
      primaryProtectionContainerFriendlyName: "sdk-site",
      recoveryProtectionContainerFriendlyName: "Microsoft Azure",
      recoveryContainerId: "Microsoft Azure",
      protectionState: "Protected",
      protectionStateDescription: "Protected",
      activeLocation: "Primary",
      testFailoverState: "None",
      testFailoverStateDescription: "None",
      allowedOperations: [
        "PlannedFailover",
        "UnplannedFailover",
        "DisableProtection",
        "TestFailover",
        "RepairReplication",
      ],
      replicationHealth: "Normal",
      failoverHealth: "Warning",
      policyId: `${CHILD}/replicationPolicies/sdk-policy`,
      policyFriendlyName: "sdk-policy",
      lastSuccessfulFailoverTime: null,
      lastSuccessfulTestFailoverTime: null,
      currentScenario: IDLE,
      failoverRecoveryPointId: null,
      eventCorrelationId: expect.any(String),
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzure",
        recoveryAzureVmName: "ledger-in-azure",
        recoveryAzureVMSize: expect.any(String),
        recoveryAzureStorageAccount: STORAGE,
        recoveryAzureLogStorageAccountId: null,
        lastReplicatedTime: instant,
        lastRecoveryPointReceived: instant,
        rpoInSeconds: expect.any(Number),
        lastRpoCalculatedTime: instant,
        vmId: machineId,
        vmProtectionState: "Protected",
        vmProtectionStateDescription: "Protected",
        initialReplicationDetails: {
          initialReplicationType: "OverNetwork",
          initialReplicationProgressPercentage: "100",
        },
        vmNics: [{ recoveryVMNetworkId: NETWORK, recoveryVMSubnetName: "default" }],
        selectedRecoveryAzureNetworkId: NETWORK,
        encryption: "Disabled",
        oSDetails: { osType: "Other" },
        enableRdpOnTargetOption: "Never",
        recoveryAzureResourceGroupId: "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/contoso",
        useManagedDisks: "false",
        licenseType: "NotSpecified",
      },
    },
  });
  const details = item.properties.providerSpecificDetails;
  const targets: Json[] = details.azureVmDiskDetails;
  expect(targets.map((disk) => [disk.vhdType, disk.vhdId, disk.vhdName, disk.maxSizeMB])).toEqual([
    ["OperatingSystem", disks[0].vhdId, "ledger-1.raw", "32"],
    ["Data", disks[1].vhdId, "ledger-2.raw", "14"],
  ]);
  expect(targets.map((disk) => disk.lunId)).toEqual(["0", "1"]);
  // The older service's spelling, which this version of the client hands on as an extra without a type.
  expect(Object.keys(details)).not.toEqual(expect.arrayContaining(["azureVMDiskDetails", "recoveryAzureVMName"]));
  const [seen] = run.result("items");
  expect(seen.properties.providerSpecificDetails.azureVmDiskDetails).toHaveLength(2);
  expect(seen.properties.providerSpecificDetails.recoveryAzureVmName).toBe("ledger-in-azure");
  expect(seen.properties.healthErrors[0]).toMatchObject({
    errorCategory: "TestFailover",
    errorLevel: "Warning",
    errorCode: expect.any(String),
    errorMessage: expect.any(String),
    possibleCauses: expect.any(String),
    recommendedAction: expect.any(String),
  });
}

function checkPointsAndSizes(run: ClientRun, item: string): void {
  const point = run.exchange("GET", /\/recoveryPoints\/[^/]+$/).body;
  expect(point).toMatchObject({
    id: `${item}/recoveryPoints/${point.name}`,
    type: `${CONTAINER_TYPE}/replicationProtectedItems/recoveryPoints`,
    properties: {
      recoveryPointTime: instant,
      recoveryPointType: "CrashConsistent",
      providerSpecificDetails: { instanceType: "HyperVReplicaAzure", disks: [{}, {}] },
    },
  });
  expect(run.result("point").properties.recoveryPointTime).toBe(
    new Date(point.properties.recoveryPointTime).toISOString(),
  );
  expect(run.result("sizes")[0].properties).toMatchObject({
    name: expect.any(String),
    friendlyName: expect.any(String),
    cpuCoresCount: expect.any(Number),
    vCPUsAvailable: expect.any(Number),
    memoryInGB: expect.any(Number),
    maxDataDiskCount: expect.any(Number),
    maxNicsCount: expect.any(Number),
    errors: [],
    highIopsSupported: expect.any(String),
    hyperVGenerations: ["V1"],
  });
}

function checkJobsAndEvents(run: ClientRun, machineId: string): void {
  const jobs: Json[] = run.exchange("GET", /\/replicationJobs$/).body.value;
  const enabled = jobs.find((job) => /^enable/i.test(job.properties.friendlyName));
  expect(enabled).toMatchObject({ status: "Succeeded", properties: { targetObjectName: "ledger" } });
  const finalized = jobs.find((job) => job.properties.scenarioName === "IrCompletion");
  checkJob(finalized, {
    scenarioName: "IrCompletion",
    targetInstanceType: "ProtectionEntity",
    targetObjectName: "ledger",
  });
  expect(finalized.properties.customDetails).toMatchObject({
    instanceType: "AsrJobDetails",
    affectedObjectDetails: { PrimaryVmId: machineId, PrimaryVmName: "ledger", PrimaryFabricProviderId: "HyperVSite" },
  });
  const events: Json[] = run.exchange("GET", /\/replicationEvents$/).body.value;
  const event = events.find(({ properties }) => properties.eventType === "JobStatus");
  expect(event).toMatchObject({
    id: `${CHILD}/replicationEvents/${event.name}`,
    properties: {
      description: expect.any(String),
      severity: expect.any(String),
      timeOfOccurrence: instant,
      // The published example says JobStatusEventDetails; the client knows this word.
      eventSpecificDetails: { instanceType: "JobStatus", jobId: expect.stringContaining(`${CHILD}/replicationJobs/`) },
    },
  });
  expect(run.exchange("GET", /\/replicationVaultHealth$/).body).toMatchObject({
    id: `${CHILD}/replicationVaultHealth/Default`,
    name: "Default",
    properties: {
      vaultErrors: [],
      protectedItemsHealth: { resourceCount: 1, issues: [] },
      fabricsHealth: { resourceCount: 1, issues: [] },
      containersHealth: { resourceCount: 1, issues: [] },
    },
  });
}

/** A job that succeeded, in every field; the status document of its operation is the same body. */
function checkJob(job: Json, expected: object): void {
  expect(job.id).toBe(`${CHILD}/replicationJobs/${String(job.name)}`);
  expect(Object.keys(job)).not.toContain("type");
  expect(job).toMatchObject({ name: guid, status: "Succeeded", error: null, startTime: instant, endTime: instant });
  expect(job.properties).toMatchObject({
    activityId: expect.any(String),
    friendlyName: expect.any(String),
    state: "Succeeded",
    stateDescription: "Completed",
    errors: [],
    startTime: job.startTime,
    endTime: job.endTime,
    allowedActions: [],
    targetObjectId: expect.any(String),
    ...expected,
  });
  expect(job.properties.tasks.length).toBeGreaterThan(0);
  for (const task of job.properties.tasks) {
    expect(task).toMatchObject({
      taskId: expect.any(String),
      name: expect.any(String),
      friendlyName: expect.any(String),
      taskType: expect.any(String),
      startTime: expect.stringMatching(/^\d{4}-/),
      endTime: expect.stringMatching(/^\d{4}-/),
      allowedActions: [],
      state: expect.stringMatching(/^(Succeeded|Skipped)$/),
      stateDescription: expect.stringMatching(/^(Completed|Skipped)$/),
      customDetails: { instanceType: "TaskDetails" },
      groupTaskCustomDetails: null,
      errors: [],
    });
  }
}

test("test failover leaves the source alone, and the disks in Azure are identical to the images", async () => {
  const run = await runClient("testFailover", portal);
  const asked = run.exchange("POST", /\/testFailover$/);
  const item = run.exchange("GET", /\/replicationProtectedItems\/[^/]+$/).body;
  expect(asked.status).toBe(409);
  const first = run.wire.find(
    ({ method, url }) => method === "POST" && new URL(url).pathname.endsWith("/testFailover"),
  );
  const jobId = expectAccepted(first as Exchange, item.id);
  expect(item.properties).toMatchObject({
    protectionState: "Protected",
    protectionStateDescription: "Cleanup test failover pending",
    activeLocation: "Primary",
    testFailoverState: "WaitingForCompletion",
    testFailoverStateDescription: "Waiting for user input",
    allowedOperations: ["TestFailoverCleanup"],
    currentScenario: {
      scenarioName: "TestFailover",
      jobId: `${CHILD}/replicationJobs/${jobId}`,
      startTime: instant,
    },
    failoverRecoveryPointId: expect.stringContaining(`${item.id}/recoveryPoints/`),
  });
  expect(run.result("tested").properties.testFailoverState).toBe("WaitingForCompletion");
  expectRefused(run, "again", asked, 409, "TestFailoverNotAllowed");
  expect(asked.body.error.message).toMatch(/test failover started at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC is up/);
  expectRefused(run, "planned", run.exchange("POST", /\/plannedFailover$/), 409, "PlannedFailoverNotAllowed");
  checkTestFailoverJob(run, jobId);
  await expectIdenticalReplica("ledger-in-azure-test", "VerifiedNotBooted");
});

function checkTestFailoverJob(run: ClientRun, jobId: string): void {
  const job = run.exchange("GET", new RegExp(`/replicationJobs/${jobId}$`)).body;
  checkJob(job, {
    scenarioName: "TestFailover",
    friendlyName: "Test failover",
    targetInstanceType: "ProtectionEntity",
  });
  expect(job.properties.customDetails).toMatchObject({
    instanceType: "TestFailoverJobDetails",
    testFailoverStatus: "Completed",
    networkName: "sdk-network",
    networkFriendlyName: "sdk-network",
    networkType: "VmNetworkAsInput",
    protectedItemDetails: [
      {
        friendlyName: "ledger",
        testVmName: "ledger-in-azure-test",
        testVmFriendlyName: "ledger-in-azure-test",
        networkConnectionStatus: "Connected",
        networkFriendlyName: "sdk-network",
        subnet: "default",
        recoveryPointId: expect.any(String),
        recoveryPointTime: instant,
      },
    ],
  });
  expect(run.result("job").properties.customDetails.protectedItemDetails[0].testVmName).toBe("ledger-in-azure-test");
  const cancelled = run.exchange("POST", /\/cancel$/);
  expect(cancelled.status).toBe(409);
  expectRefused(run, "cancelEnded", cancelled, 409, cancelled.body.error.code);
}

/** The replica's fixed VHDs, found by the name of its machine, hold exactly what the images hold. */
async function expectIdenticalReplica(machineName: string, state: string): Promise<void> {
  const { body } = await secureRequest(portal, "GET", own(`${GROUP}/Microsoft.Compute/virtualMachines/${machineName}`));
  expect(body.properties).toMatchObject({ state, simulated: true });
  const replicas = path.join(portal.home, "storage", "sdkstorage", "replicas");
  const place = fs.readdirSync(replicas).find((name) => new RegExp(`^${machineName}-[0-9a-f]{8}$`).test(name));
  const files = fs.readdirSync(path.join(replicas, place ?? "")).filter((name) => name.endsWith(".vhd"));
  expect(files).toHaveLength(images.length);
  for (const image of images) {
    const verdicts = files.map((name) => differenceBetween(image, path.join(replicas, place ?? "", name)));
    expect(
      verdicts.filter((verdict) => verdict === null),
      verdicts.join("; "),
    ).toHaveLength(1);
  }
  expectTheComparisonToSee(path.join(replicas, place ?? "", files[0] ?? ""));
}

/** One bit of a copy is turned: a comparison that does not notice proves nothing. */
function expectTheComparisonToSee(vhd: string): void {
  const copy = path.join(folder, "damaged.copy");
  fs.copyFileSync(vhd, copy);
  const file = fs.openSync(copy, "r+");
  const [at, byte] = [5 * 1024 ** 2 + 77, Buffer.alloc(1)];
  fs.readSync(file, byte, 0, 1, at);
  fs.writeSync(file, Buffer.from([byte.readUInt8(0) ^ 1]), 0, 1, at);
  fs.closeSync(file);
  for (const image of images) expect(differenceBetween(image, copy)).not.toBeNull();
  fs.rmSync(copy);
}

test("cleanup removes everything the test made, and says so", async () => {
  const run = await runClient("cleanUp", portal);
  const item = run.exchange("GET", /\/replicationProtectedItems\/[^/]+$/).body;
  expectAccepted(run.exchange("POST", /\/testFailoverCleanup$/), item.id);
  expect(item.properties).toMatchObject({
    protectionState: "Protected",
    testFailoverState: expect.stringMatching(/^(None|MarkedForDeletion)$/),
    allowedOperations: [
      "PlannedFailover",
      "UnplannedFailover",
      "DisableProtection",
      "TestFailover",
      "RepairReplication",
    ],
    currentScenario: IDLE,
    lastSuccessfulTestFailoverTime: instant,
    failoverHealth: "Normal",
    failoverRecoveryPointId: null,
  });
  const gone = await secureRequest(
    portal,
    "GET",
    own(`${GROUP}/Microsoft.Compute/virtualMachines/ledger-in-azure-test`),
  );
  expect(gone.status).toBe(404);
  const replicas = path.join(portal.home, "storage", "sdkstorage", "replicas");
  expect(fs.existsSync(replicas) ? fs.readdirSync(replicas) : []).toEqual([]);
});

test("the client makes a recovery plan, fails over as planned and commits", async () => {
  const run = await runClient("failOver", portal);
  const committed = run.result("committed");
  checkPlan(run, committed);
  const early = run.wire.find(({ url }) => new URL(url).pathname.endsWith("/failoverCommit")) as Exchange;
  expectRefused(run, "commitTooEarly", early, 409, "CommitNotAllowed");
  const jobId = expectAccepted(run.exchange("POST", /\/plannedFailover$/), committed.id);
  expect(run.result("failedOver").properties).toMatchObject({
    protectionState: "PlannedFailoverCommitRequired",
    protectionStateDescription: "Planned failover finished",
    activeLocation: "Recovery",
    // CancelFailover is of a later interface than the recordings that list the others in this order.
    allowedOperations: ["CompleteMigration", "Commit", "DisableProtection", "ChangePit", "CancelFailover"],
    failoverRecoveryPointId: expect.any(String),
  });
  expectAccepted(run.exchange("POST", /\/failoverCommit$/), committed.id);
  expect(committed.properties).toMatchObject({
    protectionState: "PlannedFailoverStatesBegin",
    protectionStateDescription: "Planned failover committed",
    activeLocation: "Recovery",
    allowedOperations: ["CompleteMigration", "DisableProtection", "Failback"],
    currentScenario: expect.objectContaining({ scenarioName: "None", jobId: IDLE.jobId }),
  });
  const jobs: Json[] = run.exchange("GET", /\/replicationJobs$/).body.value;
  const job = jobs.find(({ name }) => name === jobId);
  checkJob(job, { scenarioName: "PlannedFailover", friendlyName: "Planned failover" });
  expect(job.properties.customDetails).toMatchObject({
    instanceType: "FailoverJobDetails",
    affectedObjectDetails: {
      PrimaryVmName: "ledger",
      RecoveryVmName: "ledger-in-azure",
      RecoveryFabricProviderId: "Azure",
    },
    protectedItemDetails: [{ friendlyName: "ledger" }],
  });
  // Names as recorded from the service.
  const tasks: Json[] = job.properties.tasks;
  expect(tasks.map((task) => [task.name, task.friendlyName])).toEqual([
    ["VmPfoPrerequisitesCheck", "Prerequisites check for planned failover"],
    ["ShutdownVmOnPrimary", "Shut down the virtual machine"],
    ["VmPrepareForFailover", "Preparing for failover"],
    ["VmFailover", "Start failover"],
    ["VmFoStartVmOnSecondary", "Start the replica virtual machine"],
  ]);
  expect(jobs.every((one) => one.properties.state === "Succeeded")).toBe(true);
  await expectIdenticalReplica("ledger-in-azure", "VerifiedNotBooted");
});

test("the client fails back, protects again, and cancels a failover", async () => {
  const run = await runClient("failBack", portal);
  const posts = (verb: string) => run.wire.filter(({ url }) => new URL(url).pathname.endsWith(verb));
  const [mixed] = posts("/plannedFailover") as [Exchange];
  expectRefused(run, "mixedDirections", mixed, 400, "FailoverDirectionMismatch");
  const [early] = posts("/reProtect") as [Exchange];
  expectRefused(run, "reprotectTooEarly", early, 409, "ReverseReplicateNotAllowed");
  expect(run.result("failedBack").properties).toMatchObject({
    protectionState: "PlannedFailoverCommitRequired",
    activeLocation: "Primary",
    allowedOperations: ["Commit", "DisableProtection"],
  });
  expect(run.result("committedBack").properties).toMatchObject({
    protectionState: "PlannedFailoverStatesBegin",
    activeLocation: "Primary",
    allowedOperations: ["ReverseReplicate", "DisableProtection"],
    failoverRecoveryPointId: null,
  });
  for (const protectedAgain of [run.result("protectedAgain"), run.result("cancelled")]) {
    expect(protectedAgain.properties).toMatchObject({ protectionState: "Protected", activeLocation: "Primary" });
  }
  expect(run.result("committed").properties).toMatchObject({
    protectionState: "PlannedFailoverStatesBegin",
    activeLocation: "Recovery",
  });
  // The images were the disks of the machine all the while: what is in Azure now is still what they hold.
  await expectIdenticalReplica("ledger-in-azure", "VerifiedNotBooted");
});

function checkPlan(run: ClientRun, item: Json): void {
  const id = `${CHILD}/replicationRecoveryPlans/sdk-plan`;
  const created = run.exchange("PUT", /\/replicationRecoveryPlans\/sdk-plan$/);
  if (created.status === 202) expectAccepted(created, id);
  const plan = onlyOf(run.exchange("GET", /\/replicationRecoveryPlans$/));
  const empty = { replicationProtectedItems: [], startGroupActions: [], endGroupActions: [] };
  expect(plan).toMatchObject({
    id,
    name: "sdk-plan",
    type: `${TYPE}/replicationRecoveryPlans`,
    properties: {
      friendlyName: "sdk-plan",
      primaryFabricId: FABRIC,
      primaryFabricFriendlyName: "sdk-site",
      recoveryFabricId: "Microsoft Azure",
      recoveryFabricFriendlyName: "Microsoft Azure",
      failoverDeploymentModel: "ResourceManager",
      replicationProviders: ["HyperVReplicaAzure"],
      allowedOperations: expect.arrayContaining(["PlannedFailover", "UnplannedFailover", "TestFailover"]),
      lastPlannedFailoverTime: null,
      lastUnplannedFailoverTime: null,
      lastTestFailoverTime: null,
      currentScenario: IDLE,
      // The service puts an empty shutdown and failover group in front of the caller's own.
      groups: [
        { groupType: "Shutdown", ...empty },
        { groupType: "Failover", ...empty },
        {
          groupType: "Boot",
          replicationProtectedItems: [{ id: item.id, virtualMachineId: item.name }],
          startGroupActions: [],
          endGroupActions: [
            {
              actionName: "Tell the customers",
              failoverTypes: ["PlannedFailover"],
              failoverDirections: ["PrimaryToRecovery"],
              customDetails: { instanceType: "ManualActionDetails", description: "Send the letter." },
            },
          ],
        },
      ],
      providerSpecificDetails: [],
    },
  });
  const [seen] = run.result("plans");
  expect(seen.properties.groups[2].endGroupActions[0].customDetails.description).toBe("Send the letter.");
}

test("nothing is deleted that is in use, and everything else can be", async () => {
  const run = await runClient("remove", portal);
  expectRefused(run, "vaultInUse", run.exchange("DELETE", /\/vaults\/sdk-vault$/), 409, "VaultProtectsMachines");
  for (const list of ["plans", "items", "mappings", "policies"]) expect(run.result(list), list).toEqual([]);
  // What was failed over is a machine of its own now, and stays until somebody deletes it.
  const address = own(`${GROUP}/Microsoft.Compute/virtualMachines/ledger-in-azure`);
  expect((await secureRequest(portal, "GET", address)).status).toBe(200);
  expect((await secureRequest(portal, "DELETE", address)).status).toBe(204);
  const removed = await runClient("removeVault", portal);
  for (const list of ["providers", "fabrics"]) expect(removed.result(list), list).toEqual([]);
  const deletion = removed.exchange("DELETE", /\/vaults\/sdk-vault$/);
  expect(deletion.status).toBe(202);
  expect(deletion.headers["azure-asyncoperation"]).toMatch(/\/locations\/westeurope\/operationStatus\/[0-9a-f-]{36}\?/);
  expect(deletion.headers["location"]).toMatch(/\/locations\/westeurope\/operationResults\/[0-9a-f-]{36}\?/);
  expect(removed.result("gone")).toMatchObject({ name: "RestError", statusCode: 404 });
  expect((await secureRequest(portal, "DELETE", own(`${OURS}/estateSites/sdk-site`))).status).toBe(204);
  expect(fs.existsSync(images[0]), "the images are never deleted").toBe(true);
});

test("the endpoint trusts nobody who does not trust its authority, and refuses foreign hosts", async () => {
  const answer = await secureRequest(portal, "GET", "/info", undefined, { host: "evil.example" });
  expect([answer.status, answer.body.error.code]).toEqual([403, expect.any(String)]);
  await expect(fetch(`${portal.tlsOrigin}/info`)).rejects.toThrow();
});
