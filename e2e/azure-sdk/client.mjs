/**
 * What an automation developer writes: the official Azure clients, unchanged, pointed at the portal's TLS endpoint. Run as
 * a program of its own (NODE_EXTRA_CA_CERTS is read when Node starts): `node client.mjs PHASE`. Prints a line of JSON for
 * every exchange on the wire and for every result, and judges nothing: the test does.
 */
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { RecoveryServicesClient } from "@azure/arm-recoveryservices";
import { SiteRecoveryManagementClient } from "@azure/arm-recoveryservices-siterecovery";

const endpoint = process.env["PORTAL_TLS_ORIGIN"];
const subscription = "00000000-0000-0000-0000-000000000001";
const group = "contoso";
const vault = "sdk-vault";
const site = "sdk-site";
const policy = "sdk-policy";
const plan = "sdk-plan";
const at = [vault, group];
const quick = { updateIntervalInMs: 100 };
const hyperV = { instanceType: "HyperVReplicaAzure" };
const provider = (namespace, rest) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/${namespace}/${rest}`;
const vaultId = provider("Microsoft.RecoveryServices", `vaults/${vault}`);
const network = provider("Microsoft.Network", "virtualNetworks/sdk-network");
const storage = provider("Microsoft.Storage", "storageAccounts/sdkstorage");

const emit = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const result = (step, body) => emit({ kind: "result", step, body });

/** Looks on; the requests and answers go through as they are. */
const observer = {
  name: "observer",
  async sendRequest(request, next) {
    const response = await next(request);
    const { method, url } = request;
    const text = response.bodyAsText ?? "";
    const headers = Object.fromEntries(response.headers);
    emit({ kind: "wire", method, url, status: response.status, headers, body: text === "" ? null : JSON.parse(text) });
    return response;
  },
};

const credential = { getToken: async () => ({ token: "any", expiresOnTimestamp: Date.now() + 3_600_000 }) };
const options = { endpoint, retryOptions: { maxRetries: 0 } };
const vaults = new RecoveryServicesClient(credential, subscription, options);
const recovery = new SiteRecoveryManagementClient(credential, subscription, options);
// Next to the wire: further out, an error has been thrown already.
vaults.pipeline.addPolicy(observer, { phase: "Sign" });
recovery.pipeline.addPolicy(observer, { phase: "Sign" });

async function all(pages) {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
}

/** An operation that must be refused; the error as the client shows it. */
async function refused(step, attempt) {
  try {
    result(step, { unexpected: await attempt() });
  } catch (error) {
    const { name, statusCode, code, message } = error;
    result(step, { name, statusCode, code, message, body: error.details ?? null });
  }
}

async function container() {
  const [only] = await all(recovery.replicationProtectionContainers.listByReplicationFabrics(...at, site));
  return only.name;
}

async function machine() {
  const items = recovery.replicationProtectableItems;
  const [only] = await all(items.listByReplicationProtectionContainers(...at, site, await container()));
  return only;
}

/** The address of the protected item, as its operations take it. */
async function itemAddress() {
  return [...at, site, await container(), (await machine()).name];
}

async function createVault() {
  const { recoveryServices, replicationUsages } = vaults;
  const naming = { type: "Microsoft.RecoveryServices/vaults", name: vault };
  result("nameFree", await recoveryServices.checkNameAvailability(group, "westeurope", naming));
  result(
    "vault",
    await vaults.vaults.beginCreateOrUpdateAndWait(
      group,
      vault,
      {
        location: "westeurope",
        tags: { made: "by the client" },
        sku: { name: "Standard" },
        properties: { storageAccountId: storage },
      },
      quick,
    ),
  );
  result("nameTaken", await recoveryServices.checkNameAvailability(group, "westeurope", naming));
  result("vaults", await all(vaults.vaults.listByResourceGroup(group)));
  result("usages", await all(replicationUsages.list(group, vault)));
  const body = { properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } };
  result("fabric", await recovery.replicationFabrics.beginCreateAndWait(...at, site, body, quick));
  result("fabrics", await all(recovery.replicationFabrics.list(...at)));
  // The shortest body that the service takes: it fills in the rest.
  const bare = { properties: { providerSpecificInput: hyperV } };
  result("barePolicy", await recovery.replicationPolicies.beginCreateAndWait(...at, "sdk-bare", bare, quick));
  await recovery.replicationPolicies.beginDeleteAndWait(...at, "sdk-bare", quick);
  const full = {
    properties: {
      providerSpecificInput: {
        ...hyperV,
        replicationInterval: 30,
        recoveryPointHistoryDuration: 24,
        applicationConsistentSnapshotFrequencyInHours: 0,
        storageAccounts: [storage],
      },
    },
  };
  result("policy", await recovery.replicationPolicies.beginCreateAndWait(...at, policy, full, quick));
  result("policies", await all(recovery.replicationPolicies.list(...at)));
  await refused("noSuchFabric", () => recovery.replicationFabrics.get(...at, "nowhere"));
}

async function protect() {
  const providers = recovery.replicationRecoveryServicesProviders;
  result("providers", await all(providers.listByReplicationFabrics(...at, site)));
  result("containers", await all(recovery.replicationProtectionContainers.list(...at)));
  const mappings = recovery.replicationProtectionContainerMappings;
  const cloud = await container();
  const policyId = `${vaultId}/replicationPolicies/${policy}`;
  const pairing = {
    properties: { targetProtectionContainerId: "Microsoft Azure", policyId, providerSpecificInput: {} },
  };
  result("mapping", await mappings.beginCreateAndWait(...at, site, cloud, "sdk-mapping", pairing, quick));
  const { id, name, properties } = await machine();
  const disks = properties.customDetails.diskDetails;
  const body = {
    properties: {
      policyId,
      protectableItemId: id,
      providerSpecificDetails: {
        ...hyperV,
        hvHostVmId: name,
        vmName: properties.friendlyName,
        osType: "Linux",
        vhdId: disks[0].vhdId,
        disksToInclude: disks.map((disk) => disk.vhdId),
        targetStorageAccountId: storage,
        targetAzureVmName: "ledger-in-azure",
        targetAzureNetworkId: network,
        targetAzureSubnetId: "default",
      },
    },
  };
  const address = await itemAddress();
  const items = recovery.replicationProtectedItems;
  result("enabling", await items.beginCreateAndWait(...address, body, quick));
  result("item", await untilProtected(address));
  result("items", await all(items.list(...at)));
  result("sizes", await all(recovery.targetComputeSizes.listByReplicationProtectedItems(...address)));
  const points = await all(recovery.recoveryPoints.listByReplicationProtectedItems(...address));
  result("points", points);
  result("point", await recovery.recoveryPoints.get(...address, points[0].name));
  result("protectable", await recovery.replicationProtectableItems.get(...at, site, cloud, name));
  result("jobs", await all(recovery.replicationJobs.list(...at)));
  result("events", await all(recovery.replicationEvents.list(...at)));
  result("health", await recovery.replicationVaultHealth.get(...at));
}

async function untilProtected(address) {
  for (const deadline = Date.now() + 90_000; ; await delay(500)) {
    const item = await recovery.replicationProtectedItems.get(...address);
    const { protectionState, currentScenario } = item.properties;
    if (protectionState === "Protected" && currentScenario.scenarioName === "None") return item;
    if (Date.now() > deadline) throw new Error(`still ${protectionState} after 90 seconds`);
  }
}

const testBody = {
  properties: {
    failoverDirection: "PrimaryToRecovery",
    networkType: "VmNetworkAsInput",
    networkId: network,
    providerSpecificDetails: hyperV,
  },
};

async function testFailover() {
  const address = await itemAddress();
  const items = recovery.replicationProtectedItems;
  result("tested", await items.beginTestFailoverAndWait(...address, testBody, quick));
  result("item", await items.get(...address));
  await refused("again", () => items.beginTestFailoverAndWait(...address, testBody, quick));
  await refused("planned", () =>
    items.beginPlannedFailoverAndWait(
      ...address,
      { properties: { failoverDirection: "PrimaryToRecovery", providerSpecificDetails: hyperV } },
      quick,
    ),
  );
  const jobs = await all(recovery.replicationJobs.list(...at));
  const job = jobs.find((one) => one.properties.scenarioName === "TestFailover");
  result("job", await recovery.replicationJobs.get(...at, job.name));
  await refused("cancelEnded", () => recovery.replicationJobs.beginCancelAndWait(...at, job.name, quick));
}

async function cleanUp() {
  const address = await itemAddress();
  const items = recovery.replicationProtectedItems;
  const body = { properties: { comments: "The client is content." } };
  result("cleaned", await items.beginTestFailoverCleanupAndWait(...address, body, quick));
  result("item", await items.get(...address));
}

async function failOver() {
  const address = await itemAddress();
  const items = recovery.replicationProtectedItems;
  const item = await items.get(...address);
  const body = {
    properties: {
      primaryFabricId: `${vaultId}/replicationFabrics/${site}`,
      recoveryFabricId: "Microsoft Azure",
      failoverDeploymentModel: "ResourceManager",
      groups: [
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
    },
  };
  const plans = recovery.replicationRecoveryPlans;
  result("plan", await plans.beginCreateAndWait(...at, plan, body, quick));
  result("plans", await all(plans.list(...at)));
  await refused("commitTooEarly", () => items.beginFailoverCommitAndWait(...address, quick));
  const planned = { properties: { failoverDirection: "PrimaryToRecovery", providerSpecificDetails: hyperV } };
  result("failedOver", await items.beginPlannedFailoverAndWait(...address, planned, quick));
  result("committed", await items.beginFailoverCommitAndWait(...address, quick));
  const ended = await all(recovery.replicationJobs.list(...at, { filter: "JobStatus eq 'Succeeded'" }));
  result("jobs", ended);
}

/** The whole way back, and out again: the machine is in Azure at the end, as before. */
async function failBack() {
  const address = await itemAddress();
  const items = recovery.replicationProtectedItems;
  const details = {
    instanceType: "HyperVReplicaAzureFailback",
    dataSyncOption: "ForSynchronization",
    recoveryVmCreationOption: "NoAction",
  };
  const planned = { properties: { failoverDirection: "PrimaryToRecovery", providerSpecificDetails: hyperV } };
  const mixed = { properties: { failoverDirection: "PrimaryToRecovery", providerSpecificDetails: details } };
  await refused("mixedDirections", () => items.beginPlannedFailoverAndWait(...address, mixed, quick));
  await refused("reprotectTooEarly", () => items.beginReprotectAndWait(...address, planned, quick));
  const back = { properties: { failoverDirection: "RecoveryToPrimary", providerSpecificDetails: details } };
  result("failedBack", await items.beginPlannedFailoverAndWait(...address, back, quick));
  result("committedBack", await items.beginFailoverCommitAndWait(...address, quick));
  result("protectedAgain", await items.beginReprotectAndWait(...address, planned, quick));
  await items.beginPlannedFailoverAndWait(...address, planned, quick);
  result("cancelled", await items.beginFailoverCancelAndWait(...address, quick));
  await items.beginPlannedFailoverAndWait(...address, planned, quick);
  result("committed", await items.beginFailoverCommitAndWait(...address, quick));
}

async function remove() {
  const address = await itemAddress();
  await refused("vaultInUse", () => vaults.vaults.beginDeleteAndWait(group, vault, quick));
  const reason = { properties: { disableProtectionReason: "NotSpecified", replicationProviderInput: hyperV } };
  await recovery.replicationRecoveryPlans.beginDeleteAndWait(...at, plan, quick);
  result("plans", await all(recovery.replicationRecoveryPlans.list(...at)));
  await recovery.replicationProtectedItems.beginDeleteAndWait(...address, reason, quick);
  result("items", await all(recovery.replicationProtectedItems.list(...at)));
  const mappings = recovery.replicationProtectionContainerMappings;
  const cloud = await container();
  await mappings.beginDeleteAndWait(...at, site, cloud, "sdk-mapping", { properties: {} }, quick);
  result("mappings", await all(mappings.list(...at)));
  await recovery.replicationPolicies.beginDeleteAndWait(...at, policy, quick);
  result("policies", await all(recovery.replicationPolicies.list(...at)));
}

async function removeVault() {
  const providers = recovery.replicationRecoveryServicesProviders;
  const [host] = await all(providers.listByReplicationFabrics(...at, site));
  await providers.beginDeleteAndWait(...at, site, host.name, quick);
  result("providers", await all(providers.listByReplicationFabrics(...at, site)));
  await recovery.replicationFabrics.beginDeleteAndWait(...at, site, quick);
  result("fabrics", await all(recovery.replicationFabrics.list(...at)));
  await vaults.vaults.beginDeleteAndWait(group, vault, quick);
  await refused("gone", () => vaults.vaults.get(group, vault));
}

const phases = { createVault, protect, testFailover, cleanUp, failOver, failBack, remove, removeVault };
await phases[process.argv[2]]();
