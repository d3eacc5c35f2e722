import { OWN_API_VERSIONS, SITE_RECOVERY_API_VERSIONS as apiVersions } from "@/lib/contract/api-versions";
import { nameInArmId } from "@/lib/contract/arm-id";
import { EvidenceView, ReplicationView } from "@/lib/contract/portal";
import {
  ApplyRecoveryPointBody,
  CleanupBody,
  DisableProtectionBody,
  PlannedFailoverBody,
  ReprotectBody,
  TestFailoverBody,
  UnplannedFailoverBody,
  type FailbackDetails,
} from "@/lib/contract/protected-items";
import type { Fabric, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import { completeMigration, disableProtection } from "@/lib/operations/disable-protection";
import { declaredAt } from "@/lib/operations/evidence/declared-outage";
import { cancelFailover, startFailback, startReverseReplication } from "@/lib/operations/start-failback";
import { readEvidence } from "@/lib/operations/read-evidence";
import { readReplication } from "@/lib/operations/read-replication";
import {
  changeRecoveryPoint,
  cleanUpTestFailover,
  commitFailover,
  startFailover,
} from "@/lib/operations/start-failover";
import { accepted, ok } from "../answers";
import {
  failbackDetailsFrom,
  pointChoiceFrom,
  requireForward,
  requireInstanceTypeOf,
  testNetworkFrom,
} from "../failover-input";
import { PROTECTED_ITEM } from "../paths";
import { nameFromReference, nameInVaultFrom } from "../references";
import { noSuchResource, resolveProtectedItem } from "../resolve";
import { route, type Call, type ParamNames, type Route } from "../route";
import { protectedItemArmId } from "../site-recovery-ids";

type ItemCall = Call<ParamNames<typeof PROTECTED_ITEM>, unknown>;
type Found = Awaited<ReturnType<typeof resolveProtectedItem>>;

/** Every verb of an item: resolve it, start the job, 202. */
async function start(call: ItemCall, begin: (found: Found) => Promise<Job>): Promise<Response> {
  const found = await resolveProtectedItem(call);
  const job = await begin(found);
  return accepted(call, found.vault, job, protectedItemArmId(found.vault, found.fabric, found.item));
}

export const failoverRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/testFailover`,
    summary: "Starts a copy of the machine on an isolated network (job).",
    apiVersions,
    body: TestFailoverBody,
    longRunning: true,
    handle: (call) =>
      start(call, ({ vault, fabric, item }) => {
        const { properties } = call.body;
        requireForward(properties.failoverDirection);
        requireInstanceTypeOf(fabric, properties.providerSpecificDetails);
        return startFailover(call.context, vault, item, {
          kind: "TestFailover",
          itemId: item.id,
          point: pointChoiceFrom(properties.providerSpecificDetails?.recoveryPointId, { type: "Latest" }),
          networkName: testNetworkFrom(properties),
          shutDownSource: false,
        });
      }),
  }),
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/testFailoverCleanup`,
    summary: "Completes a test failover: removes what it made and proves it (job).",
    apiVersions,
    body: CleanupBody,
    bodyOptional: true,
    longRunning: true,
    handle: (call) =>
      start(call, ({ item }) => cleanUpTestFailover(call.context, item, call.body.properties?.comments ?? "")),
  }),
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/plannedFailover`,
    summary: "Fails over without loss: to Azure, or, with direction RecoveryToPrimary, back to a site (job).",
    apiVersions,
    body: PlannedFailoverBody,
    longRunning: true,
    handle: (call) =>
      start(call, ({ vault, fabric, item }) => {
        const { properties } = call.body;
        const failback = failbackDetailsFrom(properties);
        if (failback) return startBack(call, { vault, fabric, item }, failback);
        const details = properties.providerSpecificDetails;
        requireInstanceTypeOf(fabric, details);
        refusePoint(details && "recoveryPointId" in details ? details.recoveryPointId : null);
        return startFailover(call.context, vault, item, {
          kind: "PlannedFailover",
          itemId: item.id,
          point: { type: "Latest" },
          networkName: item.target.networkName,
          shutDownSource: true,
          startInstantly: properties.startInstantly === true,
        });
      }),
  }),
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/unplannedFailover`,
    summary: "Starts the replica from a recovery point, with or without the source (job).",
    apiVersions,
    body: UnplannedFailoverBody,
    longRunning: true,
    handle: (call) =>
      start(call, ({ vault, fabric, item }) => {
        const { properties } = call.body;
        requireForward(properties.failoverDirection);
        requireInstanceTypeOf(fabric, properties.providerSpecificDetails);
        return startFailover(declaredAt(call.context, properties.outageDeclaredAt), vault, item, {
          kind: "UnplannedFailover",
          itemId: item.id,
          point: pointChoiceFrom(properties.providerSpecificDetails?.recoveryPointId, { type: "LatestProcessed" }),
          networkName: item.target.networkName,
          shutDownSource: properties.sourceSiteOperations === "Required",
          startInstantly: properties.startInstantly === true,
        });
      }),
  }),
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/failoverCommit`,
    summary:
      "Makes a failover final and deletes the other recovery points; or a failback, and deletes the machine in Azure (job).",
    apiVersions,
    longRunning: true,
    handle: (call) => start(call, ({ item }) => commitFailover(call.context, item)),
  }),
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/failoverCancel`,
    summary: "Takes a failover back that is not committed: the source runs again, the replica is deleted (job).",
    apiVersions,
    longRunning: true,
    handle: (call) => start(call, ({ item }) => cancelFailover(call.context, item)),
  }),
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/reProtect`,
    summary: "Reverse replication: after a committed failback, replication to Azure goes on (job).",
    apiVersions,
    body: ReprotectBody,
    bodyOptional: true,
    longRunning: true,
    handle: (call) => start(call, ({ item }) => startReverseReplication(call.context, item)),
  }),
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/applyRecoveryPoint`,
    summary: "Makes the replica again from another recovery point, before the commit (job).",
    apiVersions,
    body: ApplyRecoveryPointBody,
    longRunning: true,
    handle: (call) =>
      start(call, ({ fabric, item }) => {
        requireInstanceTypeOf(fabric, call.body.properties.providerSpecificDetails);
        const target = "properties.recoveryPointId";
        const id = nameFromReference(call.body.properties.recoveryPointId, "recoveryPoints", target);
        return changeRecoveryPoint(call.context, item, id, call.body.properties.startInstantly === true);
      }),
  }),
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/remove`,
    summary:
      "Disables protection: replication ends, the recovery points are deleted; for the reason MigrationComplete a machine that has failed over stays in Azure for good (job).",
    apiVersions,
    body: DisableProtectionBody,
    bodyOptional: true,
    longRunning: true,
    handle: (call) =>
      start(call, ({ item }) => {
        const isMigrated = call.body.properties?.disableProtectionReason === "MigrationComplete";
        return isMigrated ? completeMigration(call.context, item) : disableProtection(call.context, item);
      }),
  }),
  route({
    method: "DELETE",
    path: PROTECTED_ITEM,
    summary: "As remove.",
    apiVersions,
    longRunning: true,
    handle: (call) => start(call, ({ item }) => disableProtection(call.context, item)),
  }),
  route({
    method: "GET",
    path: `${PROTECTED_ITEM}/providers/Secondsite.Recovery/replication`,
    summary: "Measured figures of the item's replication.",
    apiVersions: OWN_API_VERSIONS,
    answer: ReplicationView,
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      return ok({
        id: `${protectedItemArmId(vault, fabric, item)}/providers/Secondsite.Recovery/replication`,
        name: item.name,
        type: "Secondsite.Recovery/replication",
        properties: await readReplication(call.context, item),
      });
    },
  }),
  route({
    method: "GET",
    path: `${PROTECTED_ITEM}/providers/Secondsite.Recovery/evidence`,
    summary: "What the item's tests and failovers measured, newest first.",
    apiVersions: OWN_API_VERSIONS,
    answer: EvidenceView,
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      return ok({
        id: `${protectedItemArmId(vault, fabric, item)}/providers/Secondsite.Recovery/evidence`,
        name: item.name,
        type: "Secondsite.Recovery/evidence",
        properties: await readEvidence(call.context, item),
      });
    },
  }),
];

async function startBack(call: ItemCall, { vault, fabric, item }: Found, details: FailbackDetails): Promise<Job> {
  const { dataSyncOption, recoveryVmCreationOption, providerIdForAlternateRecovery: providerId } = details;
  return startFailback(call.context, item, {
    kind: "Failback",
    itemId: item.id,
    dataSyncOption: dataSyncOption ?? "ForDownTime",
    createMachine: recoveryVmCreationOption === "CreateVmIfNotFound",
    providerId: providerId ? await providerFrom(call, vault, fabric, providerId) : null,
  });
}

/** The id of a host's provider, of any site of the vault. @throws Refusal notFound */
async function providerFrom(call: ItemCall, vault: Vault, fabric: Fabric, id: string): Promise<string> {
  const target = "properties.providerSpecificDetails.providerIdForAlternateRecovery";
  const name = nameInVaultFrom(vault, id, "replicationRecoveryServicesProviders", target);
  const { fabrics, providers } = call.context.repositories;
  const fabricName = id.includes("/") ? nameInArmId(id, "replicationFabrics") : null;
  const site = fabricName === null ? fabric : await fabrics.find(vault.id, fabricName);
  const provider = site && (await providers.find(site.id, name));
  if (!provider) throw noSuchResource(name, target);
  return provider.id;
}

/** A planned failover loses nothing; from an older point it would. */
function refusePoint(id: string | null | undefined): void {
  if (!id) return;
  throw new Refusal(
    "invalid",
    {
      code: "RecoveryPointNotSelectable",
      message: "A planned failover always uses the source's last data; a recovery point cannot be chosen.",
      possibleCauses: "The request names a recoveryPointId.",
      recommendedAction: "Leave it out, or use an unplanned failover to go back to an earlier point.",
    },
    "properties.providerSpecificDetails.recoveryPointId",
  );
}
