import { SITE_RECOVERY_API_VERSIONS } from "@/lib/contract/api-versions";
import { ProtectableItemResource } from "@/lib/contract/fabrics";
import { listOf } from "@/lib/contract/portal";
import { listProtectableItems, type ProtectableItemView } from "@/lib/operations/list-protectable-items";
import { ok } from "../answers";
import { page, queryOption } from "../paging";
import { CONTAINER } from "../paths";
import { presentProtectableItem } from "../presenters/protectable-item";
import { noSuchResource, resolveContainer } from "../resolve";
import { route, type Route } from "../route";
import { containerArmId } from "../site-recovery-ids";

const apiVersions = SITE_RECOVERY_API_VERSIONS;
const ITEMS = `${CONTAINER}/replicationProtectableItems` as const;

/** What the hosts of a site have reported: every machine, protected or not, with each rule that it breaks. */
export const protectableItemRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: ITEMS,
    summary: "Lists the machines of a site, with the reasons why one cannot be protected.",
    apiVersions,
    answer: listOf(ProtectableItemResource),
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const views = await listProtectableItems(call.context, fabric);
      const wanted = filterOf(queryOption(call.query, "filter") ?? "");
      const path = `${containerArmId(vault, fabric)}/replicationProtectableItems`;
      return page(call, path, views.filter(wanted), (view) => presentProtectableItem(vault, fabric, view));
    },
  }),
  route({
    method: "GET",
    path: `${ITEMS}/{protectableItemName}`,
    summary: "Gets a machine of a site.",
    apiVersions,
    answer: ProtectableItemResource,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const name = call.params.protectableItemName;
      const views = await listProtectableItems(call.context, fabric);
      // Ids differ by case nowhere that we know of; an exact match still goes first.
      const view =
        views.find(({ machine }) => machine.id === name) ??
        views.find(({ machine }) => machine.id.toLowerCase() === name.toLowerCase());
      if (!view) throw noSuchResource(name, "protectableItemName");
      return ok(presentProtectableItem(vault, fabric, view));
    },
  }),
];

/**
 * The clauses that clients send, joined by `and`: protectionStatus (or state) and friendlyName, `eq` a quoted word. The
 * service does not document the language; a clause about anything else is passed over.
 */
function filterOf(filter: string): (view: ProtectableItemView) => boolean {
  const clauses = [...filter.matchAll(/(\w+)\s+eq\s+'((?:[^']|'')*)'/gi)].map((found) => ({
    field: (found[1] ?? "").toLowerCase(),
    value: (found[2] ?? "").replaceAll("''", "'").toLowerCase(),
  }));
  return (view) => clauses.every(({ field, value }) => holds(view, field, value));
}

function holds({ machine, protectedItem }: ProtectableItemView, field: string, value: string): boolean {
  switch (field) {
    case "protectionstatus":
    case "state":
      return value === (protectedItem ? "protected" : "unprotected");
    case "friendlyname":
      return machine.name.toLowerCase() === value;
    default:
      return true;
  }
}
