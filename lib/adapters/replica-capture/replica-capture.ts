import type { HostClient } from "@/lib/compute/host-client";
import type { VaultWorkerClient } from "@/lib/adapters/engine-workers/vault-worker-client";
import type { VaultAccess } from "@/lib/adapters/engine-workers/vault-worker-protocol";
import type { Random } from "@/lib/kernel/random";
import type { ReplicaCapture } from "@/lib/operations/ports/replica-capture";
import type { VaultRef } from "@/lib/operations/ports/vault-data";

interface Parts {
  readonly host: Pick<HostClient, "releaseCut">;
  /** Of the region's host: the worker cuts and verifies by itself. */
  readonly hostSocket: string;
  readonly workers: VaultWorkerClient;
  /** @throws Fault VaultLocked */
  readonly access: (vault: VaultRef) => Promise<VaultAccess>;
  readonly random: Random;
}

/** Replicas of the region's compute host; cutting, reading and storing happen in the vault's process. */
export function createReplicaCapture(parts: Parts): ReplicaCapture {
  return {
    async capture({ vault, item, machine, base, final }, options) {
      const cutId = `capture-${parts.random.uuid()}`;
      const task = {
        machine: { id: item.machineId, name: item.machineName },
        replica: {
          ...{ id: machine.id, name: machine.name },
          disks: machine.disks.map(({ diskId, path }) => ({ diskId, path })),
        },
        ...{ baseName: base.objectName, final, cutId },
      };
      const args = { ...(await parts.access(vault)), hostSocket: parts.hostSocket, task };
      try {
        return await parts.workers.run("capture-replica", args, {
          signal: options.signal,
          onProgress: ({ bytesDone, bytesTotal }) => options.onProgress(bytesDone, bytesTotal),
        });
      } catch (error) {
        // A worker that was killed leaves its cut standing, and the host would go on preserving for it.
        await parts.host.releaseCut(machine.id, cutId, { committed: false }).catch(() => false);
        throw error;
      }
    },
  };
}
