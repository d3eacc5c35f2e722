import { SITE_RECOVERY_API_VERSIONS } from "@/lib/contract/api-versions";
import { siteRecoveryArmId } from "@/lib/contract/arm-id";
import { FabricCreation, FabricResource } from "@/lib/contract/fabrics";
import { listOf } from "@/lib/contract/portal";
import { createFabric } from "@/lib/operations/create-fabric";
import { requireFabricKind } from "@/lib/operations/require-fabric-kind";
import { readFabric, readFabrics } from "@/lib/operations/read-fabrics";
import { removeFabric } from "@/lib/operations/remove-fabric";
import { accepted, list, noContent, ok } from "../answers";
import { FABRIC, VAULT } from "../paths";
import { refuseWhenNotNew } from "../preconditions";
import { presentFabric } from "../presenters/site";
import { resolveFabric, resolveVault } from "../resolve";
import { route, type Route } from "../route";

const apiVersions = SITE_RECOVERY_API_VERSIONS;

export const fabricRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT}/replicationFabrics`,
    summary: "Lists the sites of a vault.",
    apiVersions,
    answer: listOf(FabricResource),
    async handle(call) {
      const views = await readFabrics(call.context, await resolveVault(call));
      return list(views.map(presentFabric));
    },
  }),
  route({
    method: "GET",
    path: FABRIC,
    summary: "Gets a site.",
    apiVersions,
    answer: FabricResource,
    async handle(call) {
      const { vault, fabric } = await resolveFabric(call);
      return ok(presentFabric(await readFabric(call.context, vault, fabric)));
    },
  }),
  route({
    method: "PUT",
    path: FABRIC,
    summary: "Creates a Hyper-V site, or with the details VMware a VMware one (job).",
    apiVersions,
    body: FabricCreation,
    answer: FabricResource,
    longRunning: true,
    async handle(call) {
      const vault = await resolveVault(call);
      const { fabricName } = call.params;
      const kind = call.body.properties?.customDetails?.instanceType === "VMware" ? "VMware" : "HyperVSite";
      const existing = await call.context.repositories.fabrics.find(vault.id, fabricName);
      if (existing) {
        refuseWhenNotNew(call, "site", existing.name, "fabricName");
        if (kind === "VMware") requireFabricKind(existing, kind, "properties.customDetails.instanceType");
        return ok(presentFabric(await readFabric(call.context, vault, existing)));
      }
      const job = await createFabric(call.context, vault, fabricName, kind);
      return accepted(call, vault, job, siteRecoveryArmId(vault, "replicationFabrics", fabricName));
    },
  }),
  route({
    method: "POST",
    path: `${FABRIC}/remove`,
    summary: "Removes a site (job). Refused while hosts are registered in it or it protects machines.",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const { vault, fabric } = await resolveFabric(call);
      const job = await removeFabric(call.context, { vault, fabric, purge: false });
      return accepted(call, vault, job, siteRecoveryArmId(vault, "replicationFabrics", fabric.name));
    },
  }),
  route({
    method: "DELETE",
    path: FABRIC,
    summary: "Purges a site with its hosts' registrations (job). Refused while it protects machines.",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const vault = await resolveVault(call);
      const fabric = await call.context.repositories.fabrics.find(vault.id, call.params.fabricName);
      if (!fabric) return noContent();
      const job = await removeFabric(call.context, { vault, fabric, purge: true });
      return accepted(call, vault, job, siteRecoveryArmId(vault, "replicationFabrics", fabric.name));
    },
  }),
];
