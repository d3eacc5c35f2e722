import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import type { EstateSiteStatus } from "./ports/estate-control";
import { viewOf } from "./read-estate-sites";

/**
 * Takes a site off this machine. The images of an added folder stay; disks that were made for a demonstration are deleted, so
 * that is not done behind the back of a vault that protects them.
 * @throws Refusal SiteNotFound, SiteRegistered
 */
export async function removeEstateSite(context: OperationContext, name: string): Promise<void> {
  const site = (await context.estate.list()).find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (site && site.kind !== "folder" && (await viewOf(context, site)).registeredVaultId !== null) {
    throw isRegistered(site);
  }
  await context.estate.remove(name);
}

function isRegistered({ name }: EstateSiteStatus): Refusal {
  return new Refusal("conflict", {
    code: "SiteRegistered",
    message: `The server of ${name} is registered in a vault, and the disks of its machines would be deleted.`,
    possibleCauses: "Its machines are, or can be, protected there.",
    recommendedAction: "Unregister the server under the vault's Servers first.",
  });
}
