import type { ContainerMapping, Fabric, Policy, Vault } from "@/lib/domain/entities";
import { refuseWhen, resourceNameProblem, sameName } from "@/lib/domain/names";
import { kindOf } from "@/lib/domain/replication-provider";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { findOpenJob } from "./open-job";
import { requireFabricKind } from "./require-fabric-kind";
import { requireActiveVault } from "./require-active-vault";

export interface ContainerMappingInput {
  readonly vault: Vault;
  readonly fabric: Fabric;
  readonly name: string;
  readonly policyName: string;
}

/**
 * A protection group: a site's container paired with Azure under a policy, by the job AssociateProtectionProfile. Null
 * when it is there already with this policy.
 * @throws Refusal InvalidResourceName, PolicyNotFound, SiteOfOtherKind, MappingHasOtherPolicy, VaultNotActive
 */
export async function createContainerMapping(
  context: OperationContext,
  input: ContainerMappingInput,
): Promise<Job | null> {
  const { vault, fabric, name } = input;
  refuseWhen(resourceNameProblem(name, "protection group"), "mappingName");
  requireActiveVault(vault);
  const policy = await requirePolicy(context, vault, input.policyName);
  requireFabricKind(fabric, kindOf(policy.provider), "properties.policyId");
  const existing = await context.repositories.containerMappings.find(fabric.id, name);
  if (existing) {
    if (existing.policyId !== policy.id) throw otherPolicy(existing);
    return null;
  }
  const open = await findOpenJob(context, {
    vaultId: vault.id,
    scenarioName: "AssociateProtectionProfile",
    matches: (job) => job.input["fabricId"] === fabric.id && sameName(job.targetName, name),
  });
  if (open) return open;
  const mappingId = context.random.uuid();
  return context.jobs.enqueue({
    scenarioName: "AssociateProtectionProfile",
    vaultId: vault.id,
    input: { vaultId: vault.id, fabricId: fabric.id, policyId: policy.id, mappingId, name },
    target: { id: mappingId, name, type: "ProtectionContainer" },
  });
}

async function requirePolicy(context: OperationContext, vault: Vault, name: string): Promise<Policy> {
  const policy = await context.repositories.policies.find(vault.id, name);
  if (policy) return policy;
  throw new Refusal(
    "invalid",
    {
      code: "PolicyNotFound",
      message: `The vault ${vault.name} has no replication policy named ${JSON.stringify(name.slice(0, 80))}.`,
      possibleCauses: "The policy was deleted, is in another vault, or is still being created.",
      recommendedAction: "Choose a policy of the list, or create one first.",
    },
    "properties.policyId",
  );
}

function otherPolicy(mapping: ContainerMapping): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "MappingHasOtherPolicy",
      message: `The protection group ${mapping.name} exists with another replication policy.`,
      possibleCauses: "A protection group keeps the policy that it was made with.",
      recommendedAction: "Change the settings of its policy, or create a group of another name.",
    },
    "properties.policyId",
  );
}
