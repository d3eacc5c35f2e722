import { deriveVaultKeys, type VaultKeys } from "@/lib/engine/keys/vault-keys";
import type { StartBlockWorkers } from "@/lib/engine/vault/block-workers";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import type { Point } from "@/lib/engine/vault/point-object";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import { MemoryStore } from "./memory-store";
import type { ModelDisk } from "./model-disk";
import { seededRandom } from "./seeded-random";
import { TestClock } from "./test-clock";

export interface ReplicateOptions {
  readonly machineId?: string;
  readonly at?: string;
  readonly previous?: { readonly name: string; readonly point: Point } | null;
  /** Per disk; missing: everything allocated. */
  readonly dirty?: ReadonlyMap<string, readonly number[]>;
}

/** Random bytes that never repeat within a harness, and repeat between runs of a test. */
export const testKeys = (seed = 7): VaultKeys => deriveVaultKeys(seededRandom(seed).bytes(32));

/** A vault in memory and a site that replicates model disks into it, all in one thread. */
export class VaultHarness {
  readonly clock: TestClock;
  readonly random;
  store: MemoryStore;
  readonly keys: VaultKeys;
  readonly disks = new Map<string, ModelDisk>();

  constructor(seed = 1, store?: MemoryStore) {
    this.clock = new TestClock();
    this.random = seededRandom(seed);
    this.keys = testKeys();
    this.store = store ?? new MemoryStore(undefined, () => this.clock.now());
  }

  open(store = this.store, startWorkers?: StartBlockWorkers): Promise<VaultSession> {
    const { keys, random, clock } = this;
    const openSource = ({ imagePath }: { imagePath: string }) => {
      const disk = this.disks.get(imagePath);
      if (disk === undefined) throw new Error(`no model disk ${imagePath}`);
      return disk;
    };
    return VaultSession.open({
      store,
      keys,
      random,
      clock,
      openSource,
      startWorkers: startWorkers ?? inlineWorkers(openSource, random),
    });
  }

  /** One whole run: every disk, then the point. Aborts and rethrows when anything fails. */
  async replicate(session: VaultSession, options: ReplicateOptions = {}): Promise<{ name: string; point: Point }> {
    const machineId = options.machineId ?? "machine-1";
    const run = await session.begin({ id: machineId, name: machineId.toUpperCase() });
    try {
      const disks = [];
      const totals = { sourceBytesRead: 0, changedBytes: 0, storedBytes: 0 };
      for (const [diskId, disk] of this.disks) {
        const before = options.previous?.point.disks.find((one) => one.diskId === diskId);
        const dirty = options.dirty?.get(diskId);
        const replicated = await run.replicateDisk({
          diskName: diskId,
          source: { imagePath: diskId, preservePath: null },
          virtualSizeBytes: disk.virtualSizeBytes,
          previousTop:
            before === undefined
              ? null
              : { root: Buffer.from(before.root, "hex"), top: Buffer.from(before.top, "hex") },
          blocks: dirty === undefined ? "allocated" : Object.assign([...dirty], { count: dirty.length }),
        });
        totals.sourceBytesRead += replicated.stats.bytesRead;
        totals.changedBytes += replicated.stats.changedBytes;
        totals.storedBytes += replicated.stats.storedBytes;
        disks.push({
          diskId,
          virtualSizeBytes: disk.virtualSizeBytes,
          root: replicated.root.toString("hex"),
          top: replicated.top.toString("hex"),
        });
      }
      return await run.commit({
        at: options.at ?? this.clock.now().toISOString(),
        kind: "CrashConsistent",
        disks,
        ...totals,
        orders: null,
        final: false,
        previous: options.previous?.name ?? null,
      });
    } catch (error) {
      await run.abort();
      throw error;
    }
  }
}
