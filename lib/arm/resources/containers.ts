import { z } from "zod";
import { SITE_RECOVERY_API_VERSIONS } from "@/lib/contract/api-versions";
import { ContainerResource } from "@/lib/contract/fabrics";
import { listOf } from "@/lib/contract/portal";
import { Refusal } from "@/lib/kernel/fault";
import { discoverMachines } from "@/lib/operations/discover-machines";
import { readFabric, readFabrics } from "@/lib/operations/read-fabrics";
import { accepted, list, ok } from "../answers";
import { CONTAINER, FABRIC, VAULT } from "../paths";
import { presentContainer } from "../presenters/site";
import { resolveContainer, resolveFabric, resolveVault } from "../resolve";
import { route, type Route } from "../route";
import { containerArmId } from "../site-recovery-ids";

const apiVersions = SITE_RECOVERY_API_VERSIONS;

/** The service's way to add a physical machine; for machines that hosts report the request has nothing to say. */
const Discovery = z.object({
  properties: z
    .object({ friendlyName: z.string().nullish(), ipAddress: z.string().nullish(), osType: z.string().nullish() })
    .nullish(),
});

/** A site has exactly one protection container. */
export const containerRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT}/replicationProtectionContainers`,
    summary: "Lists the protection containers of a vault.",
    apiVersions,
    answer: listOf(ContainerResource),
    async handle(call) {
      const views = await readFabrics(call.context, await resolveVault(call));
      return list(views.map(presentContainer));
    },
  }),
  route({
    method: "GET",
    path: `${FABRIC}/replicationProtectionContainers`,
    summary: "Lists the protection containers of a site.",
    apiVersions,
    answer: listOf(ContainerResource),
    async handle(call) {
      const { vault, fabric } = await resolveFabric(call);
      return list([presentContainer(await readFabric(call.context, vault, fabric))]);
    },
  }),
  route({
    method: "GET",
    path: CONTAINER,
    summary: "Gets a protection container.",
    apiVersions,
    answer: ContainerResource,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      return ok(presentContainer(await readFabric(call.context, vault, fabric)));
    },
  }),
  route({
    method: "POST",
    path: `${CONTAINER}/discoverProtectableItem`,
    summary: "Asks every host of the site for its machines now (job).",
    apiVersions,
    body: Discovery,
    bodyOptional: true,
    answer: ContainerResource,
    longRunning: true,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      refusePhysicalMachine(call.body.properties?.ipAddress ?? null);
      const job = await discoverMachines(call.context, { vault, fabric });
      return accepted(call, vault, job, containerArmId(vault, fabric));
    },
  }),
];

function refusePhysicalMachine(ipAddress: string | null): void {
  if (ipAddress === null) return;
  throw new Refusal(
    "invalid",
    {
      code: "PhysicalMachineNotSupported",
      message: `A machine cannot be added to a site by its address (${JSON.stringify(ipAddress.slice(0, 60))}).`,
      possibleCauses:
        "Only the scenario for physical machines adds machines by address; this version does not have it.",
      recommendedAction: "Leave the address out: the hosts of the site are then asked for the machines that they run.",
    },
    "properties.ipAddress",
  );
}
