import { siteRecoveryArmId, type VaultAddress } from "@/lib/contract/arm-id";
import type { Fabric } from "@/lib/domain/entities";
import { containerName } from "@/lib/domain/names";

/** ARM ids of what lies in a vault, each spelt once. */
type Named = { readonly name: string };
type Site = Pick<Fabric, "name" | "internalIdentifier">;

export const fabricArmId = (vault: VaultAddress, fabric: Named) =>
  siteRecoveryArmId(vault, "replicationFabrics", fabric.name);

export const providerIdInArm = (vault: VaultAddress, fabric: Named, provider: Named) =>
  siteRecoveryArmId(vault, "replicationFabrics", fabric.name, "replicationRecoveryServicesProviders", provider.name);

export const containerArmId = (vault: VaultAddress, fabric: Site) => inContainer(vault, fabric);

export const protectableItemArmId = (vault: VaultAddress, fabric: Site, machineId: string) =>
  inContainer(vault, fabric, "replicationProtectableItems", machineId);

export const protectedItemArmId = (vault: VaultAddress, fabric: Site, item: Named) =>
  inContainer(vault, fabric, "replicationProtectedItems", item.name);

export const containerMappingArmId = (vault: VaultAddress, fabric: Site, mapping: Named) =>
  inContainer(vault, fabric, "replicationProtectionContainerMappings", mapping.name);

export const policyArmId = (vault: VaultAddress, policy: Named) =>
  siteRecoveryArmId(vault, "replicationPolicies", policy.name);

export const jobArmId = (vault: VaultAddress, jobId: string) => siteRecoveryArmId(vault, "replicationJobs", jobId);

function inContainer(vault: VaultAddress, fabric: Site, ...below: readonly string[]): string {
  return siteRecoveryArmId(
    vault,
    "replicationFabrics",
    fabric.name,
    "replicationProtectionContainers",
    containerName(fabric),
    ...below,
  );
}
