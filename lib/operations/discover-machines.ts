import type { Fabric, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { findOpenJob } from "./open-job";

/**
 * Asks every host of a site for its machines now, by the job DiscoverProtectableItems.
 * @throws Refusal SiteHasNoHosts (conflict): there is nobody to ask
 */
export async function discoverMachines(
  context: OperationContext,
  input: { readonly vault: Vault; readonly fabric: Fabric },
): Promise<Job> {
  const { vault, fabric } = input;
  const hosts = await context.repositories.providers.listByFabric(fabric.id);
  if (hosts.length === 0) throw noHosts(fabric);
  const scenarioName = "DiscoverProtectableItems";
  const matches = (job: Job) => job.targetId === fabric.id;
  const open = await findOpenJob(context, { vaultId: vault.id, scenarioName, matches });
  if (open) return open;
  return context.jobs.enqueue({
    scenarioName,
    vaultId: vault.id,
    input: { fabricId: fabric.id },
    target: { id: fabric.id, name: fabric.name, type: "ProtectionContainer" },
  });
}

function noHosts(fabric: Fabric): Refusal {
  return new Refusal("conflict", {
    code: "SiteHasNoHosts",
    message: `No host is registered in the site ${fabric.name}, so that there is none to ask for machines.`,
    possibleCauses: "The Provider was not installed on a host yet, or every host was unregistered.",
    recommendedAction: "Download a registration key under Quick Start and register a host in the site.",
  });
}
