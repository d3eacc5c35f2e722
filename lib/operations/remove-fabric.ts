import type { Fabric, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { findOpenJob } from "./open-job";

/**
 * Removes a site, by the job DeleteSite. `purge` takes registered hosts along; protected machines are never taken along.
 * @throws Refusal FabricProtectsMachines, FabricHasHosts (conflict), naming them
 */
export async function removeFabric(
  context: OperationContext,
  input: { readonly vault: Vault; readonly fabric: Fabric; readonly purge: boolean },
): Promise<Job> {
  const { vault, fabric, purge } = input;
  await refuseWhileFabricIsUsed(context, fabric, purge);
  const open = await findOpenJob(context, {
    vaultId: vault.id,
    scenarioName: "DeleteSite",
    matches: (job) => job.targetId === fabric.id,
  });
  if (open) return open;
  return context.jobs.enqueue({
    scenarioName: "DeleteSite",
    vaultId: vault.id,
    input: { fabricId: fabric.id, purge },
    target: { id: fabric.id, name: fabric.name, type: "Fabric" },
  });
}

/** Asked by the request and again by the job: things change in between. */
export async function refuseWhileFabricIsUsed(
  context: OperationContext,
  fabric: Fabric,
  purge: boolean,
): Promise<void> {
  const items = await context.repositories.protectedItems.listByFabric(fabric.id);
  if (items.length > 0) {
    throw new Refusal("conflict", {
      code: "FabricProtectsMachines",
      message: `The site ${fabric.name} cannot be removed: ${items.map((item) => item.machineName).join(", ")} are protected there.`,
      possibleCauses: "Replication of these machines was not disabled.",
      recommendedAction: "Disable protection of each of them under Protected Items, then remove the site.",
    });
  }
  const hosts = await context.repositories.providers.listByFabric(fabric.id);
  if (hosts.length === 0 || purge) return;
  throw new Refusal("conflict", {
    code: "FabricHasHosts",
    message: `The site ${fabric.name} cannot be removed: ${hosts.map((host) => host.hostName).join(", ")} is registered in it.`,
    possibleCauses: "The hosts of the site were not unregistered.",
    recommendedAction: "Unregister the hosts under Servers, then remove the site.",
  });
}
