import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import type { PolicySettings } from "@/lib/domain/policy-rules";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { refuseWhileMappingProtects } from "../remove-container-mapping";
import { refuseWhilePolicyIsUsed } from "../remove-policy";

type Step = StepDefinition<OperationContext>;
type Settings = PolicySettings & { readonly storageAccount: string };

const numberOrNull = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** Jobs of earlier versions know Hyper-V's settings only. */
const settingsOf = (input: Readonly<Record<string, unknown>>): Settings => ({
  provider: input["provider"] === "InMageAzureV2" ? "InMageAzureV2" : "HyperVReplicaAzure",
  replicationIntervalSeconds: Number(input["replicationIntervalSeconds"]),
  recoveryPointHistoryHours: Number(input["recoveryPointHistoryHours"]),
  applicationConsistentFrequencyHours: Number(input["applicationConsistentFrequencyHours"]),
  crashConsistentFrequencyMinutes: numberOrNull(input["crashConsistentFrequencyMinutes"]),
  recoveryPointThresholdMinutes: numberOrNull(input["recoveryPointThresholdMinutes"]),
  storageAccount: String(input["storageAccount"]),
});

const oneStep = (name: string, friendlyName: string, stepName: string, run: Step["run"]) =>
  ({
    scenarioName: name,
    friendlyName,
    steps: () => [{ name, friendlyName: stepName, taskType: name, run }],
  }) satisfies JobDefinition<OperationContext>;

/** Input: {vaultId, policyId, name} and the settings. */
export const createPolicyJob = oneStep(
  "AddProtectionProfile",
  "Create replication policy",
  "Create the replication policy",
  async ({ services, job }) => {
    const [id, vaultId, name] = ["policyId", "vaultId", "name"].map((key) => String(job.input[key])) as [
      string,
      string,
      string,
    ];
    // There already when the process died after the insert and before the step was recorded.
    if (!(await services.repositories.policies.get(id))) {
      const createdAt = services.clock.now().toISOString();
      await services.repositories.policies.insert({ id, vaultId, name, createdAt, ...settingsOf(job.input) });
    }
    announce(services, vaultId, "replicationPolicies", name);
    return "done";
  },
);

/** Input: {policyId} and the settings. Hosts are told with their next heartbeat. */
export const updatePolicyJob = oneStep(
  "UpdateProtectionProfile",
  "Update replication policy",
  "Update the replication policy",
  async ({ services, job }) => {
    const policy = await services.repositories.policies.update(String(job.input["policyId"]), settingsOf(job.input));
    announce(services, policy.vaultId, "replicationPolicies", policy.name);
    return "done";
  },
);

/** Input: {policyId}. */
export const removePolicyJob = oneStep(
  "RemoveProtectionProfile",
  "Delete replication policy",
  "Delete the replication policy",
  async ({ services, job }) => {
    const policy = await services.repositories.policies.get(String(job.input["policyId"]));
    if (!policy) return "done";
    await refuseWhilePolicyIsUsed(services, policy);
    await services.repositories.policies.delete(policy.id);
    announce(services, policy.vaultId, "replicationPolicies", policy.name);
    return "done";
  },
);

/** Input: {vaultId, fabricId, policyId, mappingId, name}. */
export const associatePolicyJob = oneStep(
  "AssociateProtectionProfile",
  "Associate replication policy",
  "Pair the site's protection container with Microsoft Azure",
  async ({ services, job }) => {
    const keys = ["mappingId", "vaultId", "fabricId", "policyId", "name"];
    const [id, vaultId, fabricId, policyId, name] = keys.map((key) => String(job.input[key])) as [
      string,
      string,
      string,
      string,
      string,
    ];
    if (!(await services.repositories.containerMappings.get(id))) {
      const createdAt = services.clock.now().toISOString();
      await services.repositories.containerMappings.insert({ id, vaultId, fabricId, policyId, name, createdAt });
    }
    announce(services, vaultId, "replicationProtectionContainerMappings", name);
    return "done";
  },
);

/** Input: {mappingId}. */
export const dissociatePolicyJob = oneStep(
  "DissociateProtectionProfile",
  "Dissociate replication policy",
  "Unpair the site's protection container",
  async ({ services, job }) => {
    const mapping = await services.repositories.containerMappings.get(String(job.input["mappingId"]));
    if (!mapping) return "done";
    await refuseWhileMappingProtects(services, mapping);
    await services.repositories.containerMappings.delete(mapping.id);
    announce(services, mapping.vaultId, "replicationProtectionContainerMappings", mapping.name);
    return "done";
  },
);
