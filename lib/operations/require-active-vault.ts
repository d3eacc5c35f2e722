import type { Vault } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";

/** Nothing is put into a vault that is not there yet, or that is going. */
export function requireActiveVault(vault: Vault): void {
  if (vault.state === "Active") return;
  const words = { Creating: "is still being created", Deleting: "is being deleted", Failed: "was not created" };
  throw new Refusal(
    "conflict",
    {
      code: "VaultNotActive",
      message: `The vault ${vault.name} ${words[vault.state]}.`,
      possibleCauses: "The job that creates or deletes the vault has not ended, or it failed.",
      recommendedAction:
        vault.state === "Failed"
          ? "Look at the job Create Site Recovery vault, cure what it names, and create the vault again."
          : "Wait for the job to end and try again.",
    },
    "vaultName",
  );
}
