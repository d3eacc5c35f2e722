import type { DeployedMachine, ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import { assert } from "@/lib/kernel/assert";
import type { OperationContext } from "../context";
import type { DiskEvidence } from "../run-evidence";
import { sourceOf } from "../source-machine";
import { fileName, roleOf } from "./replica-files";

/**
 * Makes the disks of the point usable at once: blocks come from the vault as the guest asks for them. Nothing is proven yet
 * but each block as it comes, against the point's tree; the evidence says so. Repeatable.
 *
 * @throws what the vault's data plane throws
 */
export async function openDisks(
  context: OperationContext,
  request: { readonly item: ProtectedItem; readonly point: RecoveryPoint },
  machine: DeployedMachine,
): Promise<{ machine: DeployedMachine; disks: readonly DiskEvidence[] }> {
  const { item, point } = request;
  const vault = await context.repositories.vaults.get(item.vaultId);
  assert(vault, "a protected item without a vault");
  const { machine: source } = await sourceOf(context, item);
  const opened = await Promise.all(
    point.disks.map(async (disk, index) => {
      const startedMs = context.clock.monotonicMs();
      const reported = source?.disks.find((candidate) => candidate.id === disk.diskId);
      const name = reported?.name ?? disk.diskId;
      const path = `${machine.folder}/${fileName(index, name)}`;
      const { machineName } = item;
      const { diskId } = disk;
      await context.onDemandDisks.open({ vault, machineName, pointObjectName: point.objectName, diskId, path });
      const evidence: DiskEvidence = {
        ...{ diskId, name, pointRoot: disk.root, restoredRoot: null, identical: false },
        ...{ bytesWritten: 0, bytesVerified: 0, seconds: (context.clock.monotonicMs() - startedMs) / 1000 },
        ...{ startedInstantly: true, verifiedAt: null },
      };
      const made = { diskId, path, role: roleOf(reported, index), root: null, verified: false, onDemand: true };
      return { evidence, made };
    }),
  );
  const changed = await context.repositories.deployedMachines.update(machine.id, {
    disks: opened.map(({ made }) => made),
    recoveryPointId: point.id,
  });
  return { machine: changed, disks: opened.map(({ evidence }) => evidence) };
}
