import { SITE_RECOVERY_API_VERSIONS } from "@/lib/contract/api-versions";
import {
  PolicyCreation,
  PolicyPatch,
  PolicyResource,
  type HyperVReplicaAzureInput,
  type PolicyInput,
} from "@/lib/contract/policies";
import { listOf } from "@/lib/contract/portal";
import type { Policy, Vault } from "@/lib/domain/entities";
import type { InMageAzureV2PolicyInput } from "@/lib/contract/vmware";
import { CONTINUOUS_INTERVAL_SECONDS, type GivenSettings } from "@/lib/domain/policy-rules";
import { Refusal } from "@/lib/kernel/fault";
import { removePolicy } from "@/lib/operations/remove-policy";
import { writePolicy } from "@/lib/operations/write-policy";
import { accepted, list, noContent, ok } from "../answers";
import { VAULT } from "../paths";
import { refuseWhenNotNew } from "../preconditions";
import { presentPolicy } from "../presenters/policy";
import { policyArmId } from "../site-recovery-ids";
import { storageAccountNameFrom } from "../references";
import { noSuchResource, resolveVault, type VaultParams } from "../resolve";
import { route, type Call, type Route } from "../route";

const apiVersions = SITE_RECOVERY_API_VERSIONS;
const POLICY = `${VAULT}/replicationPolicies/{policyName}` as const;
type PolicyCall = Call<VaultParams | "policyName", unknown>;

export const policyRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT}/replicationPolicies`,
    summary: "Lists the replication policies of a vault.",
    apiVersions,
    answer: listOf(PolicyResource),
    async handle(call) {
      const vault = await resolveVault(call);
      const policies = await call.context.repositories.policies.list(vault.id);
      return list(policies.map((policy) => presentPolicy(vault, policy)));
    },
  }),
  route({
    method: "GET",
    path: POLICY,
    summary: "Gets a replication policy.",
    apiVersions,
    answer: PolicyResource,
    async handle(call) {
      const { vault, policy } = await resolvePolicy(call);
      return ok(presentPolicy(vault, policy));
    },
  }),
  route({
    method: "PUT",
    path: POLICY,
    summary: "Creates a replication policy, or changes one (job).",
    apiVersions,
    body: PolicyCreation,
    answer: PolicyResource,
    longRunning: true,
    async handle(call) {
      const vault = await resolveVault(call);
      const existing = await call.context.repositories.policies.find(vault.id, call.params.policyName);
      if (existing) refuseWhenNotNew(call, "replication policy", existing.name, "policyName");
      return write(call, vault, call.body.properties.providerSpecificInput, "providerSpecificInput");
    },
  }),
  route({
    method: "PATCH",
    path: POLICY,
    summary: "Changes a replication policy (job).",
    apiVersions,
    body: PolicyPatch,
    answer: PolicyResource,
    longRunning: true,
    async handle(call) {
      const { vault } = await resolvePolicy(call);
      return write(call, vault, call.body.properties.replicationProviderSettings, "replicationProviderSettings");
    },
  }),
  route({
    method: "DELETE",
    path: POLICY,
    summary: "Deletes a replication policy (job). Refused while it is used.",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const vault = await resolveVault(call);
      const policy = await call.context.repositories.policies.find(vault.id, call.params.policyName);
      if (!policy) return noContent();
      return accepted(call, vault, await removePolicy(call.context, policy), policyArmId(vault, { name: policy.name }));
    },
  }),
];

/** `property`: where the settings stand in the body, for what is said about them. */
async function write(call: PolicyCall, vault: Vault, input: PolicyInput, property: string): Promise<Response> {
  const { policyName: name } = call.params;
  const isHyperV = input.instanceType === "HyperVReplicaAzure";
  const account = isHyperV ? input.storageAccounts?.[0] : undefined;
  const job = await writePolicy(call.context, {
    vault,
    name,
    settings: isHyperV ? hyperVSettings(input, property) : vmwareSettings(input, property),
    storageAccount:
      account === undefined ? null : storageAccountNameFrom(account, `properties.${property}.storageAccounts`),
  });
  if (job) return accepted(call, vault, job, policyArmId(vault, { name }));
  return ok(presentPolicy(vault, (await resolvePolicy(call)).policy));
}

function hyperVSettings(input: HyperVReplicaAzureInput, property: string): GivenSettings {
  refuseStartTime(input, `properties.${property}.onlineReplicationStartTime`);
  return {
    provider: "HyperVReplicaAzure",
    replicationIntervalSeconds: intervalOf(input, property),
    recoveryPointHistoryHours: input.recoveryPointHistoryDuration ?? null,
    applicationConsistentFrequencyHours: input.applicationConsistentSnapshotFrequencyInHours ?? null,
    crashConsistentFrequencyMinutes: null,
    recoveryPointThresholdMinutes: null,
  };
}

function vmwareSettings(input: InMageAzureV2PolicyInput, property: string): GivenSettings {
  refuseSharedPoints(input, `properties.${property}.multiVmSyncStatus`);
  const hours = (name: "recoveryPointHistory" | "appConsistentFrequencyInMinutes") =>
    wholeHours(input[name] ?? null, `properties.${property}.${name}`);
  return {
    provider: "InMageAzureV2",
    replicationIntervalSeconds: null,
    recoveryPointHistoryHours: hours("recoveryPointHistory"),
    applicationConsistentFrequencyHours: hours("appConsistentFrequencyInMinutes"),
    crashConsistentFrequencyMinutes: input.crashConsistentFrequencyInMinutes ?? null,
    recoveryPointThresholdMinutes: input.recoveryPointThresholdInMinutes ?? null,
  };
}

/** The service takes minutes; points are kept and snapshots taken by the hour here, and rounding in silence would be a lie. */
function wholeHours(minutes: number | null, target: string): number | null {
  if (minutes === null || minutes % 60 === 0) return minutes === null ? null : minutes / 60;
  throw new Refusal(
    "invalid",
    {
      code: "InvalidReplicationPolicy",
      message: `${minutes} minutes are not a whole number of hours.`,
      possibleCauses: "Here recovery points are kept for whole hours, and snapshots are taken every so many hours.",
      recommendedAction: `Send ${Math.ceil(minutes / 60) * 60}, or another multiple of 60.`,
    },
    target,
  );
}

/** Points that machines share are a matter of the consistency group that they are put in, not of the policy. */
function refuseSharedPoints({ multiVmSyncStatus }: InMageAzureV2PolicyInput, target: string): void {
  if (multiVmSyncStatus !== "Enable") return;
  throw new Refusal(
    "invalid",
    {
      code: "MultiVmSyncNotOfPolicy",
      message: "Recovery points that machines share cannot be turned on in a replication policy here.",
      possibleCauses: "The request says multiVmSyncStatus Enable.",
      recommendedAction:
        "Send Disable, protect the machines, then put those that belong together into a consistency group on their page.",
    },
    target,
  );
}

/** Without our own property only what the service offers; a continuous policy that is sent back as it was read stays one. */
function intervalOf({ continuous, replicationInterval }: HyperVReplicaAzureInput, property: string): number | null {
  const interval = replicationInterval ?? null;
  if (continuous === true && (interval === null || interval === CONTINUOUS_INTERVAL_SECONDS)) {
    return CONTINUOUS_INTERVAL_SECONDS;
  }
  if (continuous !== true && interval !== CONTINUOUS_INTERVAL_SECONDS) return interval;
  throw new Refusal(
    "invalid",
    {
      code: "InvalidReplicationPolicy",
      message: `A copy frequency of ${interval ?? "?"} seconds is ${continuous === true ? "not continuous" : "not offered"}.`,
      possibleCauses: "Replication is continuous, or takes place every 30 seconds, 5 minutes or 15 minutes.",
      recommendedAction: "Send 30, 300 or 900; or leave the interval out and send 'continuous': true.",
    },
    `properties.${property}.replicationInterval`,
  );
}

/** Taking a time and starting at once would be worse than saying no. */
function refuseStartTime(input: HyperVReplicaAzureInput, target: string): void {
  if ((input.onlineReplicationStartTime ?? null) === null) return;
  throw new Refusal(
    "invalid",
    {
      code: "OnlineReplicationStartTimeNotSupported",
      message: "A start time of the initial replication cannot be chosen here.",
      possibleCauses: "Initial replication starts as soon as a machine is protected; this version has no schedule.",
      recommendedAction: "Leave the start time out, and protect the machines when the copying may begin.",
    },
    target,
  );
}

async function resolvePolicy(call: PolicyCall): Promise<{ vault: Vault; policy: Policy }> {
  const vault = await resolveVault(call);
  const policy = await call.context.repositories.policies.find(vault.id, call.params.policyName);
  if (!policy) throw noSuchResource(call.params.policyName, "policyName");
  return { vault, policy };
}
