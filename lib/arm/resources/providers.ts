import { SITE_RECOVERY_API_VERSIONS } from "@/lib/contract/api-versions";
import { siteRecoveryArmId } from "@/lib/contract/arm-id";
import { ProviderResource } from "@/lib/contract/fabrics";
import { listOf } from "@/lib/contract/portal";
import type { Fabric, Provider, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { readFabric, readFabrics } from "@/lib/operations/read-fabrics";
import { refreshProvider } from "@/lib/operations/refresh-provider";
import { removeProvider } from "@/lib/operations/remove-provider";
import { accepted, list, noContent, ok } from "../answers";
import { FABRIC, VAULT } from "../paths";
import { presentProvider } from "../presenters/site";
import { noSuchResource, resolveFabric, resolveVault, type FabricParams } from "../resolve";
import { route, type Call, type Route } from "../route";

const apiVersions = SITE_RECOVERY_API_VERSIONS;
const PROVIDERS = `${FABRIC}/replicationRecoveryServicesProviders` as const;
const PROVIDER = `${PROVIDERS}/{providerName}` as const;
type ProviderCall = Call<FabricParams | "providerName", unknown>;
interface Found {
  readonly vault: Vault;
  readonly fabric: Fabric;
  readonly provider: Provider;
}

export const providerRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT}/replicationRecoveryServicesProviders`,
    summary: "Lists the registered hosts of a vault.",
    apiVersions,
    answer: listOf(ProviderResource),
    async handle(call) {
      const views = await readFabrics(call.context, await resolveVault(call));
      return list(views.flatMap((view) => view.hosts.map((host) => presentProvider(view.vault, view.fabric, host))));
    },
  }),
  route({
    method: "GET",
    path: PROVIDERS,
    summary: "Lists the registered hosts of a site.",
    apiVersions,
    answer: listOf(ProviderResource),
    async handle(call) {
      const { vault, fabric } = await resolveFabric(call);
      const view = await readFabric(call.context, vault, fabric);
      return list(view.hosts.map((host) => presentProvider(vault, fabric, host)));
    },
  }),
  route({
    method: "GET",
    path: PROVIDER,
    summary: "Gets a registered host.",
    apiVersions,
    answer: ProviderResource,
    async handle(call) {
      const { vault, fabric, provider } = await resolveProvider(call);
      const view = await readFabric(call.context, vault, fabric);
      const host = view.hosts.find((candidate) => candidate.provider.id === provider.id);
      if (!host) throw noSuchResource(call.params.providerName, "providerName");
      return ok(presentProvider(vault, fabric, host));
    },
  }),
  route({
    method: "POST",
    path: `${PROVIDER}/refreshProvider`,
    summary: "Asks a host for its machines now (job).",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const found = await resolveProvider(call);
      return acceptedFor(call, found, await refreshProvider(call.context, found));
    },
  }),
  route({
    method: "POST",
    path: `${PROVIDER}/remove`,
    summary: "Unregisters a host (job). Refused while it replicates machines.",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const found = await resolveProvider(call);
      return acceptedFor(call, found, await removeProvider(call.context, found));
    },
  }),
  route({
    method: "DELETE",
    path: PROVIDER,
    summary: "Unregisters a host that is gone for good (job). Refused while it replicates machines.",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const { vault, fabric } = await resolveFabric(call);
      const provider = await call.context.repositories.providers.find(fabric.id, call.params.providerName);
      if (!provider) return noContent();
      const job = await removeProvider(call.context, { vault, provider });
      return acceptedFor(call, { vault, fabric, provider }, job);
    },
  }),
];

async function resolveProvider(call: ProviderCall): Promise<Found> {
  const { vault, fabric } = await resolveFabric(call);
  const provider = await call.context.repositories.providers.find(fabric.id, call.params.providerName);
  if (!provider) throw noSuchResource(call.params.providerName, "providerName");
  return { vault, fabric, provider };
}

function acceptedFor(call: ProviderCall, { vault, fabric, provider }: Found, job: Job): Response {
  const place = ["replicationFabrics", fabric.name, "replicationRecoveryServicesProviders", provider.name];
  return accepted(call, vault, job, siteRecoveryArmId(vault, ...place));
}
