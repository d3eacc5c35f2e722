import type { Policy } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";

/**
 * Removes a replication policy, by the job RemoveProtectionProfile.
 * @throws Refusal PolicyInUse (conflict), naming the protection groups or machines that use it
 */
export async function removePolicy(context: OperationContext, policy: Policy): Promise<Job> {
  await refuseWhilePolicyIsUsed(context, policy);
  return context.jobs.enqueue({
    scenarioName: "RemoveProtectionProfile",
    vaultId: policy.vaultId,
    input: { policyId: policy.id },
    target: { id: policy.id, name: policy.name, type: "ProtectionProfile" },
  });
}

export async function refuseWhilePolicyIsUsed(context: OperationContext, policy: Policy): Promise<void> {
  const mappings = await context.repositories.containerMappings.listByVault(policy.vaultId);
  const groups = mappings.filter((mapping) => mapping.policyId === policy.id).map((mapping) => mapping.name);
  const items = await context.repositories.protectedItems.listByPolicy(policy.id);
  const users = [...groups, ...items.map((item) => item.machineName)];
  if (users.length === 0) return;
  throw new Refusal("conflict", {
    code: "PolicyInUse",
    message: `The replication policy ${policy.name} cannot be removed: ${users.join(", ")} use it.`,
    possibleCauses: "Protection groups are associated with the policy, or machines are replicated by it.",
    recommendedAction: "Disable protection of the machines and remove the protection groups, then remove the policy.",
  });
}
