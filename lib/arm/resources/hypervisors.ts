import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { providerArmId } from "@/lib/contract/arm-id";
import { HypervisorBody, HypervisorHost, listOf } from "@/lib/contract/portal";
import type { HypervisorHost as Host } from "@/lib/operations/ports/hypervisor-choice";
import { list, ok } from "../answers";
import { OWN } from "../paths";
import { noSuchResource, scopeOf } from "../resolve";
import { route, type Route } from "../route";

/** What machines run on: the simulated region's, and each on-premises site's. */
export const hypervisorRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${OWN}/hypervisors`,
    summary: "Lists what the machines of the region and of each site run on.",
    apiVersions: OWN_API_VERSIONS,
    answer: listOf(HypervisorHost),
    async handle({ context, params }) {
      return list((await context.hypervisors.list()).map((host) => present(scopeOf(params), host)));
    },
  }),
  route({
    method: "PUT",
    path: `${OWN}/hypervisors/{hostName}`,
    summary: "Chooses what machines are started with from now on; those that run stay where they are.",
    apiVersions: OWN_API_VERSIONS,
    body: HypervisorBody,
    answer: HypervisorHost,
    async handle({ context, params, body }) {
      const host = await context.hypervisors.choose(params.hostName, body.properties.hypervisor);
      if (!host) throw noSuchResource(params.hostName, "hostName");
      return ok(present(scopeOf(params), host));
    },
  }),
];

function present(scope: ReturnType<typeof scopeOf>, host: Host): HypervisorHost {
  return {
    id: providerArmId(scope, "Secondsite.Recovery", "hypervisors", host.name),
    name: host.name,
    type: "Secondsite.Recovery/hypervisors",
    properties: { hypervisor: host.chosen, choices: host.choices.map((choice) => ({ ...choice })) },
  };
}
