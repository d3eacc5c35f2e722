import fs from "node:fs/promises";
import path from "node:path";
import type { VaultWorkerClient } from "@/lib/adapters/engine-workers/vault-worker-client";
import type { VaultAccess } from "@/lib/adapters/engine-workers/vault-worker-protocol";
import type { StoragePlaces } from "@/lib/adapters/storage/storage-places";
import { openStore as openStoreAt, removeStore } from "@/lib/adapters/stores/store-location";
import { isPassphraseProof } from "@/lib/engine/keys/passphrase-proof";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import { deletePoint } from "@/lib/engine/vault/sweep";
import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type { VaultData, VaultRef } from "@/lib/operations/ports/vault-data";
import type { KeyFiles } from "./key-files";
import { VaultKeyring } from "./vault-keyring";

const SWEEP_MINIMUM_AGE_MS = 24 * 60 * 60 * 1000;
/** Half of one core at low priority, for at most 8 GiB of blocks at a time, of packs that were stored an hour ago. */
const COMPACTION = { minimumAgeMs: 60 * 60 * 1000, bytesMax: 8 * 1024 ** 3, duty: 0.5 };

interface Parts {
  readonly places: StoragePlaces;
  /** Keeps what checks remember. */
  readonly checksFolder: string;
  readonly keyFiles: KeyFiles;
  readonly workers: VaultWorkerClient;
  readonly random: Random;
  readonly clock: Clock;
}

/** Vaults in their storage accounts: keys here, bytes in the workers. */
export function createVaultData(parts: Parts): VaultData & {
  /** @throws Fault VaultLocked, StorageKeyMissing */
  readonly access: (vault: VaultRef) => Promise<VaultAccess>;
} {
  const { keyFiles, workers, places } = parts;
  const openStore = async (vault: VaultRef) => openStoreAt(await places.locate(vault));
  const access = async (vault: VaultRef) => ({
    store: await places.locate(vault),
    masterKey: openedKeys(keyFiles, vault).master,
  });
  const keyring = new VaultKeyring({
    ...{ keyFiles, openStore, random: parts.random, clock: parts.clock },
    forgetKeys: () => workers.restart(),
  });
  const sweeping = new Map<string, Promise<{ bytesFreed: number }>>();

  return {
    access,

    setPassphrase: (vault, passphrase) => keyring.choose(vault, passphrase),
    isUnlocked: async (vault) => keyFiles.read(vault.id) !== null,
    keyEnvelopes: async (vault) => (await keyring.envelopes(vault)).map(({ bytes }) => bytes),
    keyState: (vault) => keyring.state(vault),
    changePassphrase: (vault, change) => keyring.change(vault, change),
    setRecoveryPassphrase: (vault, current, recovery) => keyring.setRecovery(vault, current, recovery),
    lock: (vault) => keyring.lock(vault),
    unlock: (vault, passphrase) => keyring.unlock(vault, passphrase),
    verifyPassphraseProof: async (vault, nonce, proof) => isPassphraseProof(openedKeys(keyFiles, vault), nonce, proof),

    async materialise(request, options) {
      const { vault, pointObjectName, diskId, path: targetPath } = request;
      const made = await workers.run(
        "materialise",
        {
          ...(await access(vault)),
          ...{ pointName: pointObjectName, diskId, targetPath, format: "vhd-fixed", replace: true },
          context: { machine: request.machineName, point: pointObjectName },
        },
        {
          signal: options.signal,
          // Writing and reading back are each half of the work.
          onProgress: ({ phase, bytesDone, bytesTotal }) =>
            options.onProgress(phase === "writing" ? bytesDone : bytesTotal + bytesDone, bytesTotal * 2),
        },
      );
      const { root, bytesWritten, bytesVerified, seconds } = made;
      return { root, path: targetPath, bytesWritten, bytesVerified, seconds };
    },

    check: async (request, options) =>
      workers.run(
        "check-vault",
        {
          ...(await access(request.vault)),
          ...{ read: request.read, since: request.since, expectedPoints: request.expectedPoints },
          ledgerPath: path.join(parts.checksFolder, `${request.vault.id}.read`),
        },
        {
          signal: options.signal,
          onProgress: ({ bytesRead, bytesTotal }) => options.onProgress(bytesRead, bytesTotal),
        },
      ),

    isolateDamage: async (vault, suspects, signal) =>
      workers.run("isolate-damage", { ...(await access(vault)), suspects }, { signal }),
    compact: async (vault, options) =>
      workers.run(
        "compact",
        { ...(await access(vault)), ...COMPACTION },
        {
          signal: options.signal,
          onProgress: ({ bytesDone, bytesTotal }) => options.onProgress(bytesDone, bytesTotal),
        },
      ),

    measure: async (vault, { signal }) => workers.run("measure-space", await access(vault), { signal }),

    deletePoint: async (vault, name) => deletePoint(await openStore(vault), name),

    /** One at a time per vault; who asks while one runs gets that one's answer. */
    sweep(vault) {
      const running = sweeping.get(vault.id);
      if (running) return running;
      const sweep = access(vault)
        .then((opened) => workers.run("sweep", { ...opened, minimumAgeMs: SWEEP_MINIMUM_AGE_MS }))
        .then(({ bytesFreed }) => ({ bytesFreed }))
        .finally(() => sweeping.delete(vault.id));
      sweeping.set(vault.id, sweep);
      return sweep;
    },

    async deleteVault(vault) {
      await removeStore(await places.locate(vault));
      await fs.rm(path.join(parts.checksFolder, `${vault.id}.read`), { force: true });
      keyFiles.remove(vault.id);
    },

    async storedBytes(vault) {
      let total = 0;
      for (const object of await (await openStore(vault)).list("")) total += object.sizeBytes;
      return total;
    },
  };
}

function openedKeys(keyFiles: KeyFiles, vault: VaultRef): VaultKeys {
  const keys = keyFiles.read(vault.id);
  if (keys) return keys;
  throw new Fault({
    code: "VaultLocked",
    message: `The keys of the vault ${vault.name} are not at hand.`,
    possibleCauses: "The vault was locked, its passphrase was not chosen yet, or the home was copied without its keys.",
    recommendedAction: "Unlock the vault on its Dashboard with the passphrase, or choose one in Quick Start.",
  });
}
