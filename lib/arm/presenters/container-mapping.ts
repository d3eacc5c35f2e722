import { MICROSOFT_AZURE } from "@/lib/contract/arm-id";
import type { ContainerMappingResource } from "@/lib/contract/policies";
import type { ContainerMapping, Fabric, Policy, Vault } from "@/lib/domain/entities";
import { containerMappingArmId, policyArmId } from "../site-recovery-ids";

/** `policy`: the one of the mapping; it cannot be deleted while the mapping stands. */
export function presentContainerMapping(
  vault: Vault,
  fabric: Fabric,
  policy: Policy,
  mapping: ContainerMapping,
): ContainerMappingResource {
  return {
    id: containerMappingArmId(vault, fabric, mapping),
    name: mapping.name,
    type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectionContainerMappings",
    properties: {
      targetProtectionContainerId: MICROSOFT_AZURE,
      targetProtectionContainerFriendlyName: MICROSOFT_AZURE,
      providerSpecificDetails: null,
      health: "Normal",
      healthErrorDetails: [],
      policyId: policyArmId(vault, policy),
      policyFriendlyName: policy.name,
      state: "Paired",
      sourceProtectionContainerFriendlyName: fabric.name,
      sourceFabricFriendlyName: fabric.name,
      targetFabricFriendlyName: MICROSOFT_AZURE,
    },
  };
}
