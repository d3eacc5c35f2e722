import { clockTime } from "@/lib/domain/clock-time";
import type { ProtectedItem } from "@/lib/domain/entities";
import { isFailedOver } from "@/lib/domain/protection-state";
import type { DamagedPoint, VaultCheck } from "@/lib/engine/vault/vault-check";
import type { OperationContext } from "../context";
import { flagResynchronization } from "./flag-resynchronization";

/** A machine of which the vault no longer has the newest state that was looked at. */
export interface DamagedMachine {
  readonly itemId: string;
  readonly reason: string;
}

/**
 * Machines that a resynchronization heals: those whose newest point of `checkedPoints` is damaged, for what that point holds
 * the source has, or has replaced. What only older points hold no source has any more; a machine that is failed over has no
 * source.
 */
export async function damagedMachines(
  context: OperationContext,
  vaultId: string,
  check: VaultCheck,
  checkedPoints: readonly string[],
): Promise<DamagedMachine[]> {
  const checked = new Set(checkedPoints);
  const damaged = new Map(check.damagedPoints.map((point) => [point.name, point]));
  const found: DamagedMachine[] = [];
  for (const item of await context.repositories.protectedItems.listByVault(vaultId)) {
    if (!hasSource(item)) continue;
    const points = await context.repositories.recoveryPoints.list(item.id);
    const newest = points.findLast(({ objectName }) => checked.has(objectName));
    const damage = newest && damaged.get(newest.objectName);
    if (damage) found.push({ itemId: item.id, reason: reasonOf(damage) });
  }
  return found;
}

/** `objectsDamaged`: there is something to be taken out of use before a machine stores anything again. */
export async function flagDamagedMachines(
  context: OperationContext,
  machines: readonly DamagedMachine[],
  objectsDamaged: boolean,
): Promise<string[]> {
  const isolatedAt = objectsDamaged ? null : context.clock.now().toISOString();
  const flagged: string[] = [];
  for (const { itemId, reason } of machines) {
    const item = await context.repositories.protectedItems.get(itemId);
    if (item === null || !hasSource(item)) continue;
    await flagResynchronization(context, item, { reason, flaggedBy: "Check", compareWith: "Nothing", isolatedAt });
    flagged.push(item.machineName);
  }
  return flagged;
}

function hasSource(item: ProtectedItem): boolean {
  return item.activeLocation === "Primary" && !isFailedOver(item) && item.state !== "DisablingProtection";
}

function reasonOf({ at, state, disks }: DamagedPoint): string {
  const newest = `a check found that its newest recovery point, of ${clockTime(at)},`;
  if (state === "lost") return `${newest} is lost.`;
  const bytes = disks.reduce((sum, disk) => sum + disk.lostBytes, 0);
  const where = disks.map(({ diskId }) => diskId).join(", ");
  return `${newest} has lost ${bytes} bytes of ${disks.length === 1 ? "disk" : "disks"} ${where}.`;
}
