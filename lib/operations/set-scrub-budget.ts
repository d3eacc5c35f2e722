import type { Vault } from "@/lib/domain/entities";
import { SCRUB_MIB_PER_DAY_MAX } from "@/lib/domain/scrubs";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import { requireActiveVault } from "./require-active-vault";

/** How much of the vault is read and verified each day; 0 turns scrubs off. @throws Refusal ScrubBudgetNotValid */
export async function setScrubBudget(context: OperationContext, vault: Vault, mibPerDay: number): Promise<Vault> {
  requireActiveVault(vault);
  if (!Number.isInteger(mibPerDay) || mibPerDay < 0 || mibPerDay > SCRUB_MIB_PER_DAY_MAX) throw notValid();
  const changed = await context.repositories.vaults.update(vault.id, { scrubMiBPerDay: mibPerDay });
  announce(context, vault.id, "verification", vault.name);
  return changed;
}

function notValid(): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "ScrubBudgetNotValid",
      message: `The budget of scrubs is a whole number of MiB a day, from 0 (none) to ${SCRUB_MIB_PER_DAY_MAX}.`,
      possibleCauses: "The number is negative, broken, or too large.",
      recommendedAction: "Give a number of MiB in that range.",
    },
    "properties.scrubMiBPerDay",
  );
}
