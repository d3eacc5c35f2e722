import { mayBegin } from "@/lib/domain/resynchronization";
import { Refusal } from "@/lib/kernel/fault";
import { requireItem } from "../change-protected-item";
import { checkVault } from "../check-vault";
import type { OperationContext } from "../context";
import { flagResynchronization } from "./flag-resynchronization";

/** A host found that it cannot go on by its write logs, or that the vault lost data. Answers whether it may begin now. */
export async function noticeResynchronization(
  context: OperationContext,
  providerId: string,
  notice: {
    readonly protectedItemId: string;
    readonly reason: string;
    readonly compareWith: "LastPoint" | "Nothing";
  },
): Promise<{ readonly flagId: string; readonly allowed: boolean }> {
  const item = await requireItem(context, notice.protectedItemId);
  if (item.providerId !== providerId) throw notHere();
  const { reason, compareWith } = notice;
  const before = await context.repositories.resynchronizations.get(item.id);
  const flag = await flagResynchronization(context, item, { reason, compareWith, flaggedBy: "Agent" });
  if (compareWith === "Nothing" && flag.id !== before.flag?.id) await locateDamage(context, item.vaultId);
  return { flagId: flag.id, allowed: mayBegin(flag) };
}

/**
 * A host says that the vault lost data, not where: what is altered passes for stored, and the machine would be told that the
 * vault has it. The structure shows it, and then the flag of the check is the stronger one.
 */
async function locateDamage(context: OperationContext, vaultId: string): Promise<void> {
  const vault = await context.repositories.vaults.get(vaultId);
  if (vault?.state !== "Active" || !(await context.vaultData.isUnlocked(vault))) return;
  await checkVault(context, vault, { depth: "structure" });
}

function notHere(): Refusal {
  return new Refusal("notFound", {
    code: "NotProtectedHere",
    message: "The machine is not protected through this host.",
    possibleCauses: "Its protection was disabled, or it is protected through another host.",
    recommendedAction: "Nothing: the host stops replicating the machine at its next heartbeat.",
  });
}
