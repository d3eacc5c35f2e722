import type { Explanation } from "@/lib/kernel/fault";
import { REGIONS } from "./regions";

export function regionProblem(location: string): Explanation {
  return {
    code: "LocationNotAvailable",
    message: `${JSON.stringify(location.slice(0, 60))} is not a region for Site Recovery vaults.`,
    possibleCauses: "The region is misspelt, or the service is not offered there.",
    recommendedAction: `Choose one of: ${REGIONS.map((region) => region.displayName).join(", ")}.`,
  };
}

/** Why a vault may not be deleted while machines that were started from it exist; null when there are none. */
export function vaultMachinesProblem(vaultName: string, machines: readonly string[]): Explanation | null {
  if (machines.length === 0) return null;
  return {
    code: "VaultMachinesDeployed",
    message: `The vault ${vaultName} cannot be deleted: ${machines.join(", ")} were started from it and still exist.`,
    possibleCauses: "Machines that were failed over stay when their protection ends.",
    recommendedAction: "Delete these virtual machines first.",
  };
}

/** Why a vault may not be deleted; null when it may. `machines`: display names of what it protects. */
export function vaultDeletionProblem(vaultName: string, machines: readonly string[]): Explanation | null {
  if (machines.length === 0) return null;
  const shown = machines.slice(0, 10).join(", ");
  const more = machines.length > 10 ? ` and ${machines.length - 10} more` : "";
  return {
    code: "VaultProtectsMachines",
    message: `The vault ${vaultName} cannot be deleted: it still protects ${shown}${more}.`,
    possibleCauses: "Replication of these machines into the vault was not disabled.",
    recommendedAction: "Disable protection of each of them under Protected Items, then delete the vault.",
  };
}
