import { SITE_RECOVERY_API_VERSIONS, VAULT_API_VERSIONS } from "@/lib/contract/api-versions";
import { siteRecoveryArmId } from "@/lib/contract/arm-id";
import { EventResource, VaultHealthResource } from "@/lib/contract/monitoring";
import { listOf } from "@/lib/contract/portal";
import { ReplicationUsage, VaultUsage } from "@/lib/contract/vaults";
import type { VaultEvent } from "@/lib/domain/entities";
import { readVaultHealth } from "@/lib/operations/read-vault-health";
import { list, ok } from "../answers";
import { page, queryOption } from "../paging";
import { VAULT } from "../paths";
import {
  presentEvent,
  presentReplicationUsage,
  presentVaultHealth,
  presentVaultUsages,
} from "../presenters/monitoring";
import { noSuchResource, resolveVault, type VaultParams } from "../resolve";
import { route, type Call, type Route } from "../route";

const EVENTS_SHOWN_MAX = 500;

export const monitoringRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT}/replicationEvents`,
    summary: "Lists the newest events of a vault.",
    apiVersions: SITE_RECOVERY_API_VERSIONS,
    answer: listOf(EventResource),
    async handle(call) {
      const vault = await resolveVault(call);
      const events = await call.context.repositories.events.list(vault.id, { take: EVENTS_SHOWN_MAX });
      const jobs = await call.context.jobs.list({ vaultId: vault.id });
      const byId = new Map(jobs.map((job) => [job.id, job]));
      const wanted = events.filter(filterOf(queryOption(call.query, "filter") ?? ""));
      return page(call, siteRecoveryArmId(vault, "replicationEvents"), wanted, (event) =>
        presentEvent(vault, event, byId.get(event.jobId ?? "") ?? null),
      );
    },
  }),
  route({
    method: "GET",
    path: `${VAULT}/replicationEvents/{eventName}`,
    summary: "Gets an event.",
    apiVersions: SITE_RECOVERY_API_VERSIONS,
    answer: EventResource,
    async handle(call) {
      const vault = await resolveVault(call);
      const event = await call.context.repositories.events.get(call.params.eventName);
      if (!event || event.vaultId !== vault.id) throw noSuchResource(call.params.eventName, "eventName");
      return ok(presentEvent(vault, event, event.jobId === null ? null : await call.context.jobs.get(event.jobId)));
    },
  }),
  route({
    method: "GET",
    path: `${VAULT}/replicationVaultHealth`,
    summary: "What is not as it should be in a vault.",
    apiVersions: SITE_RECOVERY_API_VERSIONS,
    answer: VaultHealthResource,
    handle: answerHealth,
  }),
  route({
    method: "POST",
    path: `${VAULT}/replicationVaultHealth/default/refresh`,
    summary: "The health of a vault, looked at now. It is never older, so this is answered at once.",
    apiVersions: SITE_RECOVERY_API_VERSIONS,
    answer: VaultHealthResource,
    handle: answerHealth,
  }),
  route({
    method: "GET",
    path: `${VAULT}/replicationUsages`,
    summary: "Figures of a vault's replication.",
    apiVersions: VAULT_API_VERSIONS,
    answer: listOf(ReplicationUsage),
    async handle(call) {
      const vault = await resolveVault(call);
      return list([presentReplicationUsage(await readVaultHealth(call.context, vault))]);
    },
  }),
  route({
    method: "GET",
    path: `${VAULT}/usages`,
    summary: "How much of a vault is used.",
    apiVersions: VAULT_API_VERSIONS,
    answer: listOf(VaultUsage),
    async handle(call) {
      const vault = await resolveVault(call);
      const health = await readVaultHealth(call.context, vault);
      const bytes = vault.state === "Active" ? await call.context.vaultData.storedBytes(vault) : 0;
      return list(presentVaultUsages(health, bytes));
    },
  }),
];

async function answerHealth(call: Call<VaultParams, unknown>): Promise<Response> {
  const vault = await resolveVault(call);
  return ok(presentVaultHealth(vault, await readVaultHealth(call.context, vault)));
}

/** Clauses about severity and eventType (`eq` a quoted word, joined by `and`); any other is passed over. */
function filterOf(filter: string): (event: VaultEvent) => boolean {
  const wanted = (field: string) =>
    new RegExp(`\\b${field}\\s+eq\\s+'([^']*)'`, "i").exec(filter)?.[1]?.toLowerCase() ?? null;
  const [severity, type] = [wanted("severity"), wanted("eventType")];
  return (event) =>
    (severity === null || event.severity.toLowerCase() === severity) &&
    (type === null || event.type.toLowerCase() === type);
}
