import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { openKeyEnvelope, type KeyEnvelope } from "@/lib/engine/keys/key-envelope";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { noEnvelope, vaultNotFound } from "./vault-command-faults";

export interface OpenedVault {
  readonly store: ObjectStore;
  readonly keys: VaultKeys;
}

/** What opening a vault in a folder needs of the world. */
export interface Opening {
  readonly fileSystem: FileSystem;
  /** Makes the folder when it is missing. */
  readonly openStore: (folder: string) => Promise<ObjectStore>;
  readonly passphrase: () => Promise<string>;
  /** The vault of the command's folder, where it was begun to be opened before the rest was loaded. */
  readonly opening?: Promise<OpenedVault>;
}

/** The store and the keys, the passphrase asked for. Faults: VaultNotFound, KeyEnvelopeMissing, WrongPassphrase. */
export async function openVault(world: Opening, folder: string): Promise<OpenedVault> {
  if (world.opening !== undefined) return world.opening;
  if (!world.fileSystem.exists(folder)) throw vaultNotFound(folder);
  const store = await world.openStore(folder);
  const passphrase = await world.passphrase();
  return { store, keys: await openAnyEnvelope(await envelopesOf(store), passphrase, folder) };
}

async function envelopesOf(store: ObjectStore): Promise<KeyEnvelope[]> {
  const objects = await store.list("keys/");
  return Promise.all(objects.map(async ({ name }) => ({ name, bytes: await store.get(name) })));
}

/** There may be several passphrases, each with an envelope; the last failure is the one that is told. */
async function openAnyEnvelope(
  envelopes: readonly KeyEnvelope[],
  passphrase: string,
  folder: string,
): Promise<VaultKeys> {
  let failure: unknown = noEnvelope(folder);
  for (const envelope of envelopes) {
    try {
      return await openKeyEnvelope(envelope, passphrase);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
