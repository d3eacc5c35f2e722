import type { Policy, Vault } from "@/lib/domain/entities";
import { refuseWhen, resourceNameProblem, sameName } from "@/lib/domain/names";
import { completePolicy, policyProblem, type GivenSettings, type PolicySettings } from "@/lib/domain/policy-rules";
import { describeProvider } from "@/lib/domain/replication-provider";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import { requireStorageAccount } from "./choose-storage-account";
import type { OperationContext } from "./context";
import { findOpenJob } from "./open-job";
import { requireActiveVault } from "./require-active-vault";

export interface PolicyInput {
  readonly vault: Vault;
  readonly name: string;
  /** Null where nothing was said: the default, or what the policy has. */
  readonly settings: GivenSettings;
  /** Null: the vault's own account. */
  readonly storageAccount: string | null;
}

/**
 * Makes a replication policy, by the job AddProtectionProfile, or changes one, by UpdateProtectionProfile. Null when the
 * policy is as asked for already: a PUT may be repeated.
 * @throws Refusal InvalidResourceName, InvalidReplicationPolicy, PolicyOfOtherProvider, StorageAccount…, VaultNotActive
 */
export async function writePolicy(context: OperationContext, input: PolicyInput): Promise<Job | null> {
  const { vault, name } = input;
  refuseWhen(resourceNameProblem(name, "replication policy"), "policyName");
  requireActiveVault(vault);
  const existing = await context.repositories.policies.find(vault.id, name);
  if (existing && existing.provider !== input.settings.provider) throw ofOtherProvider(existing);
  const settings = existing ? changed(existing, input.settings) : completePolicy(input.settings);
  const problem = policyProblem(settings);
  if (problem) throw new Refusal("invalid", problem.explanation, problem.target);
  const wanted = input.storageAccount ?? existing?.storageAccount ?? vault.storageAccount;
  const { name: storageAccount } = await requireStorageAccount(context, wanted, vault.location);
  if (existing && isSame(existing, settings, storageAccount)) return null;
  return existing
    ? enqueueUpdate(context, existing, { ...settings, storageAccount })
    : enqueueCreation(context, vault, name, { ...settings, storageAccount });
}

type Written = PolicySettings & { readonly storageAccount: string };

async function enqueueCreation(context: OperationContext, vault: Vault, name: string, written: Written): Promise<Job> {
  const open = await findOpenJob(context, {
    vaultId: vault.id,
    scenarioName: "AddProtectionProfile",
    matches: (job) => sameName(job.targetName, name),
  });
  if (open) return open;
  const policyId = context.random.uuid();
  return context.jobs.enqueue({
    scenarioName: "AddProtectionProfile",
    vaultId: vault.id,
    input: { vaultId: vault.id, policyId, name, ...written },
    target: { id: policyId, name, type: "ProtectionProfile" },
  });
}

function enqueueUpdate(context: OperationContext, policy: Policy, written: Written): Promise<Job> {
  return context.jobs.enqueue({
    scenarioName: "UpdateProtectionProfile",
    vaultId: policy.vaultId,
    input: { policyId: policy.id, ...written },
    target: { id: policy.id, name: policy.name, type: "ProtectionProfile" },
  });
}

const VALUES = [
  "replicationIntervalSeconds",
  "recoveryPointHistoryHours",
  "applicationConsistentFrequencyHours",
  "crashConsistentFrequencyMinutes",
  "recoveryPointThresholdMinutes",
] as const;

/** What was said over what the policy has. */
function changed(policy: Policy, given: GivenSettings): PolicySettings {
  return {
    provider: policy.provider,
    replicationIntervalSeconds: given.replicationIntervalSeconds ?? policy.replicationIntervalSeconds,
    recoveryPointHistoryHours: given.recoveryPointHistoryHours ?? policy.recoveryPointHistoryHours,
    applicationConsistentFrequencyHours:
      given.applicationConsistentFrequencyHours ?? policy.applicationConsistentFrequencyHours,
    crashConsistentFrequencyMinutes: given.crashConsistentFrequencyMinutes ?? policy.crashConsistentFrequencyMinutes,
    recoveryPointThresholdMinutes: given.recoveryPointThresholdMinutes ?? policy.recoveryPointThresholdMinutes,
  };
}

function isSame(policy: Policy, settings: PolicySettings, storageAccount: string): boolean {
  return VALUES.every((key) => policy[key] === settings[key]) && policy.storageAccount === storageAccount;
}

function ofOtherProvider(policy: Policy): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "PolicyOfOtherProvider",
      message: `The replication policy ${policy.name} is for ${describeProvider(policy.provider)} (${policy.provider}).`,
      possibleCauses: "A policy keeps the kind of machines that it was made for.",
      recommendedAction: "Send the settings of that kind, or create a policy of another name.",
    },
    "properties.providerSpecificInput.instanceType",
  );
}
