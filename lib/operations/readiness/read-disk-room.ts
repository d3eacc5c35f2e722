import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import type { DiskRoom } from "@/lib/domain/readiness-readings";
import type { OperationContext } from "../context";

/**
 * Room for the replicas of all machines at once. A replica takes what its point holds, holes left out, as the vault's last
 * count has it; a machine that was not counted yet takes at most the size of its disks.
 */
export async function readDiskRoom(
  context: OperationContext,
  vault: Vault,
  items: readonly ProtectedItem[],
): Promise<DiskRoom> {
  const accounts = [...new Set([vault.storageAccount, ...items.map((item) => item.target.storageAccount)])];
  const free = await Promise.all(accounts.map((account) => context.replicaFolders.freeBytes(account)));
  const latest = (await context.repositories.vaultSamples.list(vault.id)).at(-1);
  const machines = await Promise.all(
    items.map(async (item) => {
      const counted = latest?.machines.find(({ machineId }) => machineId === item.machineId);
      if (counted) return { machine: item.machineName, bytes: counted.newestBytes, isCounted: true };
      const point = await context.repositories.recoveryPoints.newest(item.id);
      const bytes = (point?.disks ?? []).reduce((sum, disk) => sum + disk.virtualSizeBytes, 0);
      return { machine: item.machineName, bytes, isCounted: false };
    }),
  );
  return { freeBytes: Math.min(...free), machines };
}
