import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { RecoveryPointLock } from "@/lib/domain/space";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

const REASON_LENGTH_MAX = 200;

/** Keeps a point whatever the policy says, until it is unlocked or protection ends. Repeated, it replaces the reason. */
export async function lockRecoveryPoint(
  context: OperationContext,
  item: ProtectedItem,
  point: RecoveryPoint,
  reason: string,
): Promise<RecoveryPointLock> {
  const trimmed = reason.trim();
  if (trimmed === "" || trimmed.length > REASON_LENGTH_MAX) throw badReason();
  const lockedAt = context.clock.now().toISOString();
  const lock = { pointId: point.id, reason: trimmed, lockedAt };
  await context.repositories.recoveryPointLocks.put(lock);
  announce(context, item.vaultId, "recoveryPoints", item.name);
  return lock;
}

/** The policy decides again; the point may go with the next one that arrives. */
export async function unlockRecoveryPoint(
  context: OperationContext,
  item: ProtectedItem,
  point: RecoveryPoint,
): Promise<void> {
  await context.repositories.recoveryPointLocks.delete(point.id);
  announce(context, item.vaultId, "recoveryPoints", item.name);
}

function badReason(): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "LockReasonNotValid",
      message: `A locked recovery point says why it is kept, in 1 to ${REASON_LENGTH_MAX} characters.`,
      possibleCauses: "The property 'properties.reason' is missing, empty or too long.",
      recommendedAction: "Say in a few words what the point is kept for.",
    },
    "properties.reason",
  );
}
