import { SITE_RECOVERY_API_VERSIONS } from "@/lib/contract/api-versions";
import { ContainerResource, ProtectableItemResource } from "@/lib/contract/fabrics";
import { listOf } from "@/lib/contract/portal";
import { listProtectableItems } from "@/lib/operations/list-protectable-items";
import { readFabric, readFabrics } from "@/lib/operations/read-fabrics";
import { list, ok } from "../answers";
import { CONTAINER, FABRIC, VAULT } from "../paths";
import { presentProtectableItem } from "../presenters/protectable-item";
import { presentContainer } from "../presenters/site";
import { noSuchResource, resolveContainer, resolveFabric, resolveVault } from "../resolve";
import { route, type Route } from "../route";

const apiVersions = SITE_RECOVERY_API_VERSIONS;

/** Protection containers (a Hyper-V site has exactly one) and the machines in them. */
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
    method: "GET",
    path: `${CONTAINER}/replicationProtectableItems`,
    summary: "Lists the machines that a site's hosts report, with the rules that they break.",
    apiVersions,
    answer: listOf(ProtectableItemResource),
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const views = await listProtectableItems(call.context, fabric);
      return list(views.map((view) => presentProtectableItem(vault, fabric, view)));
    },
  }),
  route({
    method: "GET",
    path: `${CONTAINER}/replicationProtectableItems/{protectableItemName}`,
    summary: "Gets a machine that a host reports.",
    apiVersions,
    answer: ProtectableItemResource,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const wanted = call.params.protectableItemName.toLowerCase();
      const views = await listProtectableItems(call.context, fabric);
      const view = views.find(({ machine }) => machine.id.toLowerCase() === wanted);
      if (!view) throw noSuchResource(call.params.protectableItemName, "protectableItemName");
      return ok(presentProtectableItem(vault, fabric, view));
    },
  }),
];
