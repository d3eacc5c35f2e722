import type { ContainerMapping } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";

/**
 * Removes a protection group, by the job DissociateProtectionProfile.
 * @throws Refusal MappingProtectsMachines (conflict), naming them
 */
export async function removeContainerMapping(context: OperationContext, mapping: ContainerMapping): Promise<Job> {
  await refuseWhileMappingProtects(context, mapping);
  return context.jobs.enqueue({
    scenarioName: "DissociateProtectionProfile",
    vaultId: mapping.vaultId,
    input: { mappingId: mapping.id },
    target: { id: mapping.id, name: mapping.name, type: "ProtectionContainer" },
  });
}

export async function refuseWhileMappingProtects(context: OperationContext, mapping: ContainerMapping): Promise<void> {
  const { containerMappings, protectedItems } = context.repositories;
  const siblings = await containerMappings.listByFabric(mapping.fabricId);
  // Another group with the same policy goes on serving the machines.
  if (siblings.some((other) => other.id !== mapping.id && other.policyId === mapping.policyId)) return;
  const items = await protectedItems.listByFabric(mapping.fabricId);
  const served = items.filter((item) => item.policyId === mapping.policyId);
  if (served.length === 0) return;
  throw new Refusal("conflict", {
    code: "MappingProtectsMachines",
    message: `The protection group ${mapping.name} cannot be removed: it protects ${served.map((item) => item.machineName).join(", ")}.`,
    possibleCauses: "Replication of these machines was not disabled.",
    recommendedAction: "Disable protection of each of them under Protected Items, then remove the group.",
  });
}
