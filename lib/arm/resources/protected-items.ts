import { SITE_RECOVERY_API_VERSIONS as apiVersions } from "@/lib/contract/api-versions";
import { listOf } from "@/lib/contract/portal";
import {
  EnableProtectionBody,
  ProtectedItemResource,
  RecoveryPointResource,
  TargetComputeSizeResource,
  UpdateProtectedItemBody,
} from "@/lib/contract/protected-items";
import type { Fabric, ProtectedItem, Vault } from "@/lib/domain/entities";
import { SIZES, sizesFor } from "@/lib/domain/sizes";
import { enableProtection, type EnableProtectionInput } from "@/lib/operations/enable-protection";
import type { OperationContext } from "@/lib/operations/context";
import { readProtectedItem } from "@/lib/operations/read-protected-item";
import { readRecoveryPoint, readRecoveryPoints } from "@/lib/operations/read-recovery-points";
import { sourceOf } from "@/lib/operations/source-machine";
import { updateProtectedItem, type TargetChanges } from "@/lib/operations/update-protected-item";
import { accepted, list, ok } from "../answers";
import { networkNameFrom, subnetNameFrom, requireInstanceTypeOf } from "../failover-input";
import { CONTAINER, PROTECTED_ITEM, VAULT } from "../paths";
import { presentProtectedItem, presentRecoveryPoint, presentTargetSize } from "../presenters/protected-item";
import { nameFromReference, storageAccountNameFrom } from "../references";
import { noSuchResource, resolveContainer, resolveProtectedItem, resolveVault } from "../resolve";
import { route, type Route } from "../route";
import { protectedItemArmId } from "../site-recovery-ids";

async function protectedItemAnswer(
  context: OperationContext,
  vault: Vault,
  fabric: Fabric,
  item: ProtectedItem,
): Promise<Response> {
  return ok(presentProtectedItem(await readProtectedItem(context, vault, fabric, item)));
}

export const protectedItemRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT}/replicationProtectedItems`,
    summary: "Lists everything that the vault protects.",
    apiVersions,
    answer: listOf(ProtectedItemResource),
    async handle(call) {
      const vault = await resolveVault(call);
      const { fabrics, protectedItems } = call.context.repositories;
      const byId = new Map((await fabrics.list(vault.id)).map((fabric) => [fabric.id, fabric]));
      const views = (await protectedItems.listByVault(vault.id)).map(async (item) => {
        const fabric = byId.get(item.fabricId);
        return fabric ? presentProtectedItem(await readProtectedItem(call.context, vault, fabric, item)) : null;
      });
      return list((await Promise.all(views)).filter((view) => view !== null));
    },
  }),
  route({
    method: "GET",
    path: `${CONTAINER}/replicationProtectedItems`,
    summary: "Lists the protected items of a container.",
    apiVersions,
    answer: listOf(ProtectedItemResource),
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const items = await call.context.repositories.protectedItems.listByFabric(fabric.id);
      const views = items.map((item) => readProtectedItem(call.context, vault, fabric, item));
      return list((await Promise.all(views)).map(presentProtectedItem));
    },
  }),
  route({
    method: "GET",
    path: PROTECTED_ITEM,
    summary: "Gets a protected item.",
    apiVersions,
    answer: ProtectedItemResource,
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      return protectedItemAnswer(call.context, vault, fabric, item);
    },
  }),
  route({
    method: "PUT",
    path: PROTECTED_ITEM,
    summary: "Enables protection of a machine (job). Repeated, it answers with what is there.",
    apiVersions,
    body: EnableProtectionBody,
    answer: ProtectedItemResource,
    longRunning: true,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const input = enableInput(call.params.protectedItemName, fabric, call.body);
      const { item, job } = await enableProtection(call.context, vault, input);
      if (job) return accepted(call, vault, job, protectedItemArmId(vault, fabric, item));
      return protectedItemAnswer(call.context, vault, fabric, item);
    },
  }),
  route({
    method: "PATCH",
    path: PROTECTED_ITEM,
    summary: "Changes name, size and network that the machine gets in Azure.",
    apiVersions,
    body: UpdateProtectedItemBody,
    answer: ProtectedItemResource,
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      requireInstanceTypeOf(fabric, call.body.properties.providerSpecificDetails);
      const changed = await updateProtectedItem(call.context, vault, item, targetChanges(call.body));
      return protectedItemAnswer(call.context, vault, fabric, changed);
    },
  }),
  route({
    method: "GET",
    path: `${PROTECTED_ITEM}/recoveryPoints`,
    summary: "Lists the recovery points of a protected item, oldest first.",
    apiVersions,
    answer: listOf(RecoveryPointResource),
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      const points = await readRecoveryPoints(call.context, item);
      return list(points.map((view) => presentRecoveryPoint(vault, fabric, item, view)));
    },
  }),
  route({
    method: "GET",
    path: `${PROTECTED_ITEM}/recoveryPoints/{recoveryPointName}`,
    summary: "Gets a recovery point.",
    apiVersions,
    answer: RecoveryPointResource,
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      const { recoveryPointName } = call.params;
      const point = await call.context.repositories.recoveryPoints.get(recoveryPointName);
      if (point?.protectedItemId !== item.id) throw noSuchResource(recoveryPointName, "recoveryPointName");
      return ok(presentRecoveryPoint(vault, fabric, item, await readRecoveryPoint(call.context, point)));
    },
  }),
  route({
    method: "GET",
    path: `${PROTECTED_ITEM}/targetComputeSizes`,
    summary: "Lists the sizes that the machine may get, those that fit its source first.",
    apiVersions,
    answer: listOf(TargetComputeSizeResource),
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      const { machine } = await sourceOf(call.context, item);
      const dataDiskCount = Math.max(0, item.diskIds.length - 1);
      const fitting = machine ? sizesFor({ ...machine, dataDiskCount }, SIZES) : [...SIZES];
      const others = SIZES.filter((size) => !fitting.includes(size));
      return list([
        ...fitting.map((size) => presentTargetSize(vault, fabric, item, size, true)),
        ...others.map((size) => presentTargetSize(vault, fabric, item, size, false)),
      ]);
    },
  }),
];

function enableInput(name: string, fabric: Fabric, { properties }: EnableProtectionBody): EnableProtectionInput {
  const details = properties.providerSpecificDetails;
  requireInstanceTypeOf(fabric, details);
  const at = (property: string) => `properties.providerSpecificDetails.${property}`;
  const account = accountOf(details);
  return {
    name,
    fabric,
    policyName: nameFromReference(properties.policyId, "replicationPolicies", "properties.policyId"),
    machineId: nameFromReference(
      properties.protectableItemId,
      "replicationProtectableItems",
      "properties.protectableItemId",
    ),
    diskIds: disksOf(details),
    targetName: details.targetAzureVmName || null,
    size: details.targetVmSize || null,
    networkName: details.targetAzureNetworkId
      ? networkNameFrom(details.targetAzureNetworkId, at("targetAzureNetworkId"))
      : null,
    subnetName: subnetNameFrom(details.targetAzureSubnetId),
    storageAccount: account.id ? storageAccountNameFrom(account.id, at(account.property)) : null,
  };
}

type EnableDetails = EnableProtectionBody["properties"]["providerSpecificDetails"];

/** The two kinds name the account, and the disks, each in its own way. */
function accountOf(details: EnableDetails): { readonly id: string | null | undefined; readonly property: string } {
  return details.instanceType === "InMageAzureV2"
    ? { id: details.storageAccountId, property: "storageAccountId" }
    : { id: details.targetStorageAccountId, property: "targetStorageAccountId" };
}

function disksOf(details: EnableDetails): readonly string[] | null {
  if (details.instanceType === "HyperVReplicaAzure") return details.disksToInclude ?? null;
  return details.disksToInclude?.flatMap(({ diskId }) => (diskId ? [diskId] : [])) ?? null;
}

function targetChanges({ properties }: UpdateProtectedItemBody): TargetChanges {
  const networkId = properties.selectedRecoveryAzureNetworkId;
  const nic = properties.vmNics?.[0];
  const subnet = nic?.ipConfigs?.[0]?.recoverySubnetName ?? nic?.recoveryVMSubnetName;
  return {
    ...(properties.recoveryAzureVMName ? { machineName: properties.recoveryAzureVMName } : {}),
    ...(properties.recoveryAzureVMSize ? { size: properties.recoveryAzureVMSize } : {}),
    ...(networkId ? { networkName: networkNameFrom(networkId, "properties.selectedRecoveryAzureNetworkId") } : {}),
    ...(subnet ? { subnetName: subnetNameFrom(subnet) } : {}),
  };
}
