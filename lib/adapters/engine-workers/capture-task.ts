import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { captureReplica } from "@/lib/adapters/replica-capture/capture-replica";
import { openStore } from "@/lib/adapters/stores/store-location";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { HostClient } from "@/lib/compute/host-client";
import { deriveVaultKeys } from "@/lib/engine/keys/vault-keys";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import type { SourceOpener, StartBlockWorkers } from "@/lib/engine/vault/block-workers";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import type { CapturedPoint } from "@/lib/operations/ports/replica-capture";
import { findProgram } from "./program-path";
import { threadWorkers } from "./thread-workers";
import type { VaultTasks } from "./vault-worker-protocol";

interface Context {
  readonly onProgress: (progress: VaultTasks["capture-replica"]["progress"]) => void;
  readonly signal: AbortSignal;
}

const openSource: SourceOpener = (spec) => openFrozenView(nodeFileSystem, spec);

/** Where the program of the threads is not bundled. */
const fromSource = (): StartBlockWorkers => inlineWorkers(openSource, systemRandom);

/** A session of its own: it is opened for this capture and closed behind it. */
export async function captureInWorker(
  { store: location, masterKey, hostSocket, task }: VaultTasks["capture-replica"]["args"],
  { onProgress, signal }: Context,
): Promise<CapturedPoint> {
  const keys = deriveVaultKeys(masterKey);
  const store = await openStore(location);
  const host = new HostClient(hostSocket);
  try {
    const session = await VaultSession.open({
      ...{ store, keys, random: systemRandom, clock: systemClock },
      startWorkers: findProgram("replication.worker.mjs") === null ? fromSource() : threadWorkers(),
      openSource,
    });
    try {
      const tools = { host, session, store, keys, fileSystem: nodeFileSystem, clock: systemClock };
      const { objectName, point } = await captureReplica(tools, task, {
        onProgress: (bytesDone, bytesTotal) => onProgress({ bytesDone, bytesTotal }),
        signal,
      });
      const { at, disks, sourceBytesRead, changedBytes, storedBytes, orders } = point;
      return {
        ...{ objectName, at, sourceBytesRead, changedBytes, storedBytes, orders },
        disks: disks.map(({ diskId, virtualSizeBytes, root }) => ({ diskId, virtualSizeBytes, root })),
      };
    } finally {
      await session.close();
    }
  } finally {
    host.close();
  }
}
