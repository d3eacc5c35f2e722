import type { Isolation } from "@/lib/engine/vault/isolate-damage";
import type { CompactionReport } from "@/lib/engine/vault/compact";
import type { VaultSpace } from "@/lib/engine/vault/vault-space";
import type { VaultCheck } from "@/lib/engine/vault/vault-check";

/** The vault's data plane as the control plane sees it: bulk work happens in child processes behind it. */
export interface MaterialiseResult {
  readonly root: string;
  readonly path: string;
  readonly bytesWritten: number;
  readonly bytesVerified: number;
  readonly seconds: number;
}

export interface VaultCheckRequest {
  readonly vault: VaultRef;
  /** "none": the structure only. A budget reads what was not read for the longest time. */
  readonly read: "none" | "all" | { readonly budgetBytes: number } | { readonly modifiedSince: string };
  /** When the check began, ISO 8601. */
  readonly since: string;
  /** Object names of the recovery points that must be there. */
  readonly expectedPoints: readonly string[];
}

export interface CheckOptions {
  onProgress(bytesDone: number, bytesTotal: number): void;
  readonly signal: AbortSignal;
}

export interface VaultCheckResult {
  readonly check: VaultCheck;
  readonly coverage: {
    readonly packs: number;
    readonly packsNeverRead: number;
    /** Every pack was read and found sound since then, ISO 8601; null while one never was. */
    readonly allReadSince: string | null;
  };
}

export interface VaultData {
  /** Creates the store, the master key and its envelope. Refusals PassphraseTooShort, PassphraseNotAscii, PassphraseAlreadySet. */
  setPassphrase(vault: VaultRef, passphrase: string): Promise<void>;
  /** Whether the keys are at hand (key file of the home folder). */
  isUnlocked(vault: VaultRef): Promise<boolean>;
  /** The key envelopes' bytes: given to a registering host, worthless without one of the passphrases. Never empty. */
  keyEnvelopes(vault: VaultRef): Promise<Uint8Array[]>;
  keyState(vault: VaultRef): Promise<VaultKeyState>;
  /** Wraps the same keys anew; no data is written again. Refusals WrongPassphrase, TooManyAttempts and of the new one. */
  changePassphrase(vault: VaultRef, change: { readonly current: string; readonly next: string }): Promise<void>;
  /** A second passphrase that opens the vault too; null takes it away. Refusals as changePassphrase. */
  setRecoveryPassphrase(vault: VaultRef, current: string, recovery: string | null): Promise<void>;
  /** Takes the opened keys off this machine. Replication goes on: sites hold keys of their own. */
  lock(vault: VaultRef): Promise<void>;
  /** With either passphrase. Refusals WrongPassphrase, TooManyAttempts. */
  unlock(vault: VaultRef, passphrase: string): Promise<void>;
  /** Checks a host's proof that it could open the envelope: HMAC-SHA-256 over the nonce with the derived proof key. */
  verifyPassphraseProof(vault: VaultRef, nonce: Uint8Array, proof: Uint8Array): Promise<boolean>;
  /** Writes the disk of a recovery point as a fixed VHD and verifies it by reading back. Repeatable: starts afresh. */
  materialise(
    request: { vault: VaultRef; machineName: string; pointObjectName: string; diskId: string; path: string },
    options: { onProgress(bytesDone: number, bytesTotal: number): void; signal: AbortSignal },
  ): Promise<MaterialiseResult>;
  /** Looks for damage; nothing is changed. Repeatable: what was read since `since` is not read again. */
  check(request: VaultCheckRequest, options: CheckOptions): Promise<VaultCheckResult>;
  /** Takes damaged objects out of use, saving what can still be read of them. Repeatable; never beside a sweep. */
  isolateDamage(vault: VaultRef, suspects: readonly string[], signal: AbortSignal): Promise<Isolation>;
  deletePoint(vault: VaultRef, pointObjectName: string): Promise<void>;
  /**
   * Rewrites packs of which little is needed, small packs, and blocks that resemble each other; what they held comes back with a
   * sweep after the grace. Repeatable: what is done is done. Not beside a sweep (`betweenSweeps`).
   */
  compact(vault: VaultRef, options: CheckOptions): Promise<CompactionReport>;
  /** Counts where the vault's bytes are, by walking all points. */
  measure(vault: VaultRef, options: { readonly signal: AbortSignal }): Promise<VaultSpace>;
  /** Removes what no remaining point refers to. */
  sweep(vault: VaultRef): Promise<{ bytesFreed: number }>;
  deleteVault(vault: VaultRef): Promise<void>;
  storedBytes(vault: VaultRef): Promise<number>;
}

export interface VaultKeyState {
  readonly state: "NotChosen" | "Unlocked" | "Locked";
  readonly hasRecoveryPassphrase: boolean;
}

export interface VaultRef {
  readonly id: string;
  readonly name: string;
  readonly storageAccount: string;
}

/** Folders of deployed machines inside a storage account: made, listed and deleted only where our mark is. */
export interface ReplicaFolders {
  /** The absolute path that `make` gives to this owner's folder. Nothing is touched. */
  placeOf(storageAccount: string, owner: { itemId: string; jobId: string; machineName: string }): Promise<string>;
  /** Makes the folder (idempotent) with an ownership mark naming item and job; returns its absolute path. */
  make(storageAccount: string, owner: { itemId: string; jobId: string; machineName: string }): Promise<string>;
  /** What the disk that takes this account's folders has free now. */
  freeBytes(storageAccount: string): Promise<number>;
  /** What is in it now, for the proof of a cleanup; empty when it is gone. */
  list(folder: string): Promise<string[]>;
  /** As `list`, with how long the files are. */
  sizes(folder: string): Promise<{ readonly name: string; readonly sizeBytes: number }[]>;
  /** Refuses (Fault NotOurs) without the ownership mark. What `make` left half made, and nothing else is in, is ours too. */
  remove(folder: string, owner: { itemId: string }): Promise<void>;
}
