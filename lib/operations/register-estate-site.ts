import type { Fabric, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import type { EstateSiteStatus } from "./ports/estate-control";
import { requireFabricKind } from "./require-fabric-kind";
import { requireActiveVault } from "./require-active-vault";

/**
 * Runs the registration of a demo host: the command line that a person would type there, by a job.
 * @throws Refusal EstateUnavailable, EstateSiteNotFound, EstateSiteFailed, SiteOfOtherKind, PassphraseNotChosen,
 * VaultNotActive
 */
export async function registerEstateSite(
  context: OperationContext,
  input: { readonly vault: Vault; readonly fabric: Fabric; readonly siteName: string; readonly passphrase: string },
): Promise<Job> {
  requireActiveVault(input.vault);
  if (input.vault.passphraseSetAt === null) throw passphraseNotChosen(input.vault);
  const site = await requireEstateSite(context, input.siteName);
  if (site.state === "failed") throw siteFailed(site);
  requireKindOfHost(site, input.fabric);
  return context.jobs.enqueue({
    scenarioName: "RunHostRegistration",
    vaultId: input.vault.id,
    input: {
      vaultId: input.vault.id,
      fabricId: input.fabric.id,
      siteName: site.name,
      passphraseReference: context.secrets.keep(input.passphrase),
    },
    target: { id: input.fabric.id, name: input.fabric.name, type: "Server" },
  });
}

/** @throws Refusal EstateUnavailable, EstateSiteNotFound */
export async function requireEstateSite(context: OperationContext, name: string): Promise<EstateSiteStatus> {
  const reason = context.estate.unavailableReason();
  if (reason !== null) {
    throw new Refusal("conflict", {
      code: "EstateUnavailable",
      message: reason,
      possibleCauses: "The server was started alone, without the supervisor that runs the sites' processes.",
      recommendedAction: "Start everything with `npm run demo`.",
    });
  }
  const site = (await context.estate.list()).find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (site) return site;
  throw new Refusal("notFound", {
    code: "EstateSiteNotFound",
    message: `There is no on-premises site named ${name} on this machine.`,
    possibleCauses: "The name is misspelt, or the site was removed.",
    recommendedAction: "Look at the list of on-premises sites, or add one from a folder of disk images.",
  });
}

/** A folder's machines may be of either kind; the demo's are what they are. */
function requireKindOfHost(site: EstateSiteStatus, fabric: Fabric): void {
  if (site.kind === "folder") return;
  requireFabricKind(fabric, site.kind === "contosoVmware" ? "VMware" : "HyperVSite", "properties.fabricName");
}

function passphraseNotChosen(vault: Vault): Refusal {
  return new Refusal("conflict", {
    code: "PassphraseNotChosen",
    message: `The vault ${vault.name} has no passphrase yet.`,
    possibleCauses: "Step 2 of Quick Start was skipped.",
    recommendedAction: "Choose the passphrase first: the host seals what it sends with the keys that it opens.",
  });
}

function siteFailed(site: EstateSiteStatus): Refusal {
  return new Refusal("conflict", {
    code: "EstateSiteFailed",
    message: `The site ${site.name} is down: its processes were killed.`,
    possibleCauses: "Somebody used Fail the site.",
    recommendedAction: "Restore the site under On-premises sites and try again.",
  });
}
