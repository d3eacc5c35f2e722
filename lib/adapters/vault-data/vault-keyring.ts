import {
  createVaultKeys,
  openAnyEnvelope,
  purposeOf,
  wrapVaultKeys,
  type KdfCost,
  type KeyEnvelope,
} from "@/lib/engine/keys/key-envelope";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import type { Clock } from "@/lib/kernel/clock";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type { VaultKeyState, VaultRef } from "@/lib/operations/ports/vault-data";
import type { KeyFiles } from "./key-files";
import { PassphraseAttempts } from "./passphrase-attempts";

interface Parts {
  readonly keyFiles: KeyFiles;
  readonly random: Random;
  readonly clock: Clock;
  readonly openStore: (vault: VaultRef) => Promise<ObjectStore>;
  /** Ends whoever holds opened keys in memory. */
  readonly forgetKeys: () => Promise<void>;
  /** Of opening an envelope; less in tests. */
  readonly cost?: KdfCost;
}

/**
 * The envelopes of a vault's keys and the opened key file. Envelopes are objects of the store; a change adds the new one
 * before it takes the old one away, so that after a kill at any instant at least one of the passphrases opens the vault.
 */
export class VaultKeyring {
  readonly #parts: Parts;
  readonly #attempts: PassphraseAttempts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#attempts = new PassphraseAttempts(parts.clock);
  }

  /** @throws Refusal PassphraseTooShort, PassphraseNotAscii, PassphraseAlreadySet */
  async choose(vault: VaultRef, passphrase: string): Promise<void> {
    const { keyFiles, random, openStore, cost } = this.#parts;
    const store = await openStore(vault);
    if ((await envelopesOf(store)).length > 0) throw alreadySet(vault);
    const { keys, envelope } = await createVaultKeys(passphrase, random, cost);
    // The key file first: an envelope that is there means that the passphrase was chosen, so it must come last.
    keyFiles.write(vault.id, keys);
    await store.put(envelope.name, envelope.bytes);
  }

  async state(vault: VaultRef): Promise<VaultKeyState> {
    const envelopes = await envelopesOf(await this.#parts.openStore(vault));
    const hasRecoveryPassphrase = envelopes.some((envelope) => purposeOf(envelope) === "recovery");
    if (envelopes.length === 0) return { state: "NotChosen", hasRecoveryPassphrase };
    return { state: this.#parts.keyFiles.read(vault.id) ? "Unlocked" : "Locked", hasRecoveryPassphrase };
  }

  /** The one of the passphrase first. @throws Fault KeyEnvelopeMissing */
  async envelopes(vault: VaultRef): Promise<readonly KeyEnvelope[]> {
    const found = await envelopesOf(await this.#parts.openStore(vault));
    if (found.length === 0) throw missing(vault);
    return found.sort((a, b) => purposeOf(a).localeCompare(purposeOf(b)));
  }

  /** @throws Refusal WrongPassphrase, TooManyAttempts, PassphraseTooShort, PassphraseNotAscii */
  async change(vault: VaultRef, { current, next }: { readonly current: string; readonly next: string }): Promise<void> {
    const { keys } = await this.#open(vault, current);
    await this.#replace(vault, keys, "primary", next);
  }

  /** @throws Refusal WrongPassphrase, TooManyAttempts, PassphraseTooShort, PassphraseNotAscii */
  async setRecovery(vault: VaultRef, current: string, recovery: string | null): Promise<void> {
    const { keys } = await this.#open(vault, current);
    await this.#replace(vault, keys, "recovery", recovery);
  }

  /** @throws Fault KeyEnvelopeMissing: without one nobody could unlock it again */
  async lock(vault: VaultRef): Promise<void> {
    await this.envelopes(vault);
    this.#parts.keyFiles.remove(vault.id);
    await this.#parts.forgetKeys();
  }

  /** @throws Refusal WrongPassphrase, TooManyAttempts */
  async unlock(vault: VaultRef, passphrase: string): Promise<void> {
    const { keys } = await this.#open(vault, passphrase);
    this.#parts.keyFiles.write(vault.id, keys);
  }

  async #replace(vault: VaultRef, keys: VaultKeys, purpose: "primary" | "recovery", passphrase: string | null) {
    const { random, openStore, cost } = this.#parts;
    const store = await openStore(vault);
    const old = (await envelopesOf(store)).filter((envelope) => purposeOf(envelope) === purpose);
    if (passphrase !== null) {
      const made = await wrapVaultKeys(keys, passphrase, random, cost, purpose);
      await store.put(made.name, made.bytes);
    }
    for (const { name } of old) await store.delete(name);
  }

  async #open(vault: VaultRef, passphrase: string): Promise<{ keys: VaultKeys }> {
    this.#attempts.admit(vault.id);
    try {
      const opened = await openAnyEnvelope(await this.envelopes(vault), passphrase);
      this.#attempts.succeeded(vault.id);
      return opened;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "WrongPassphrase") throw error;
      this.#attempts.failed(vault.id);
      throw new Refusal("forbidden", error.explanation, "properties.passphrase");
    }
  }
}

async function envelopesOf(store: ObjectStore): Promise<KeyEnvelope[]> {
  const listed = await store.list("keys/");
  return Promise.all(listed.map(async ({ name }) => ({ name, bytes: await store.get(name) })));
}

function missing(vault: VaultRef): Fault {
  return new Fault({
    code: "KeyEnvelopeMissing",
    message: `The vault ${vault.name} has no key envelope.`,
    possibleCauses: "Its passphrase was not chosen yet, or the file under keys/ of its store was removed.",
    recommendedAction: "Choose the passphrase, or restore the file from a copy of the storage account.",
  });
}

function alreadySet(vault: VaultRef): Refusal {
  return new Refusal("conflict", {
    code: "PassphraseAlreadySet",
    message: `The passphrase of the vault ${vault.name} was chosen before.`,
    possibleCauses: "Somebody chose it, or this page was open twice.",
    recommendedAction: "Use the passphrase that was chosen, or change it on the vault's Dashboard.",
  });
}
