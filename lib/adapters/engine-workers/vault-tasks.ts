import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { openStore } from "@/lib/adapters/stores/store-location";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { rootOfDisk } from "@/lib/engine/blocks/disk-root";
import { deriveVaultKeys } from "@/lib/engine/keys/vault-keys";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { checkPoint } from "@/lib/engine/vault/check-point";
import { checkVault } from "@/lib/engine/vault/check-vault";
import { isolateDamage } from "@/lib/engine/vault/isolate-damage";
import { compact } from "@/lib/engine/vault/compact";
import { measureSpace } from "@/lib/engine/vault/vault-space";
import { materialise } from "@/lib/engine/vault/materialise";
import type { StoredObject } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import { sweep } from "@/lib/engine/vault/sweep";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { diskNotInPoint } from "./disk-not-in-point";
import { captureInWorker } from "./capture-task";
import { hydrate } from "./hydrate-task";
import { openPackLedger } from "./pack-ledger";
import { startHands } from "./thread-hands";
import type { VaultTask, VaultTasks } from "./vault-worker-protocol";

interface TaskContext<Task extends VaultTask> {
  readonly onProgress: (progress: VaultTasks[Task]["progress"]) => void;
  readonly signal: AbortSignal;
}

type TaskRunner<Task extends VaultTask> = (
  args: VaultTasks[Task]["args"],
  context: TaskContext<Task>,
) => Promise<VaultTasks[Task]["result"]>;

/** What each task does, in whatever process this runs. */
export const vaultTasks: { readonly [Task in VaultTask]: TaskRunner<Task> } = {
  materialise: async (args, { onProgress, signal }) => {
    const keys = deriveVaultKeys(args.masterKey);
    const store = await openStore(args.store);
    const point = await openPoint(store, keys, args.pointName, args.context);
    const disk = point.disks.find(({ diskId }) => diskId === args.diskId);
    if (disk === undefined) throw diskNotInPoint(args);
    const { masterKey, context } = args;
    const { virtualSizeBytes } = disk;
    const hands = startHands()?.open({ masterKey, store: args.store, context, virtualSizeBytes });
    const made = materialise({
      ...(hands === undefined ? {} : { hands }),
      vault: await openVaultReader(store, keys),
      disk,
      context: args.context,
      fileSystem: nodeFileSystem,
      targetPath: args.targetPath,
      replace: args.replace,
      format: args.format,
      random: systemRandom,
      clock: systemClock,
      onProgress,
      signal,
    });
    return made.finally(() => hands?.close());
  },

  hydrate: async (args, context) => hydrate(await openStore(args.store), args, context),

  "capture-replica": (args, context) => captureInWorker(args, context),

  "verify-root": async ({ masterKey, imagePath }, { onProgress, signal }) => {
    const view = openFrozenView(nodeFileSystem, { imagePath, preservePath: null });
    try {
      const { root, bytesRead } = await rootOfDisk(view, deriveVaultKeys(masterKey), { onProgress, signal });
      return { root: root.toString("hex"), bytesRead, virtualSizeBytes: view.virtualSizeBytes };
    } finally {
      view.close();
    }
  },

  check: async (args, { onProgress, signal }) => {
    const vault = await openVaultReader(await openStore(args.store), deriveVaultKeys(args.masterKey));
    const results = [];
    for (const { name, context } of args.points) {
      const report = (bytesRead: number) => onProgress({ pointName: name, bytesRead });
      const { problem, bytesRead } = await checkPoint(vault, name, context, { onProgress: report, signal });
      results.push({ name, problem: problem?.explanation ?? null, bytesRead });
    }
    return results;
  },

  "check-vault": async (args, { onProgress, signal }) => {
    const ledger = openPackLedger(args.ledgerPath);
    const store = await openStore(args.store);
    const since = Date.parse(args.since);
    try {
      const check = await checkVault({
        ...{ store, keys: deriveVaultKeys(args.masterKey), expectedPoints: args.expectedPoints, expectEnvelope: true },
        read:
          args.read === "none"
            ? "none"
            : (packs) => ledger.due(ofInterest(packs, args.read), since, budgetOf(args.read)),
        onSoundPack: (name) => ledger.note(name, Date.now()),
        ...{ onProgress, signal },
      });
      const present = [...(await store.list("data/")), ...(await store.list("tree/"))].map(({ name }) => name);
      ledger.forgetAllBut(present);
      return { check, coverage: ledger.coverage(present) };
    } finally {
      ledger.save();
    }
  },

  "isolate-damage": async (args, { onProgress, signal }) =>
    isolateDamage({
      ...{ store: await openStore(args.store), keys: deriveVaultKeys(args.masterKey), random: systemRandom },
      suspects: args.suspects,
      onProgress: (packsDone, packsTotal) => onProgress({ packsDone, packsTotal }),
      signal,
    }),

  compact: async ({ store, masterKey, ...limits }, { onProgress, signal }) =>
    compact({
      store: await openStore(store),
      keys: deriveVaultKeys(masterKey),
      ...{ random: systemRandom, clock: systemClock, ...limits, onProgress, signal },
    }),

  "measure-space": async (args, { signal }) => {
    const vault = await openVaultReader(await openStore(args.store), deriveVaultKeys(args.masterKey));
    return (await measureSpace(vault, { signal })).space;
  },

  sweep: async (args, { signal }) =>
    sweep({
      store: await openStore(args.store),
      keys: deriveVaultKeys(args.masterKey),
      random: systemRandom,
      clock: systemClock,
      minimumAgeMs: args.minimumAgeMs,
      signal,
    }),
};

function budgetOf(read: VaultTasks["check-vault"]["args"]["read"]): number {
  return typeof read === "object" && "budgetBytes" in read ? read.budgetBytes : Infinity;
}

/** After a repair: what was stored since it began. */
function ofInterest(
  packs: readonly StoredObject[],
  read: VaultTasks["check-vault"]["args"]["read"],
): readonly StoredObject[] {
  if (typeof read !== "object" || !("modifiedSince" in read)) return packs;
  const sinceMs = Date.parse(read.modifiedSince);
  return packs.filter(({ modifiedAt }) => modifiedAt.getTime() >= sinceMs);
}
