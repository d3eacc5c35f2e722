/** A picture of a console, or what a person attached: named by its content, so that it can be proven to be the one. */
export interface KeptFile {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Files that are evidence of a vault's runs. They are never changed, and stay when plan, machines and jobs are gone.
 * Adapter: adapters/evidence; in-memory twin: lib/testing/memory-evidence-files; contract: testing/evidence-files-contract.
 */
export interface EvidenceFiles {
  /** Durable when it resolves. The same bytes twice are one file. @throws Fault StorageFull */
  put(vaultId: string, bytes: Uint8Array): Promise<KeptFile>;
  /** Null when there is no such file. @throws Fault EvidenceFileDamaged when its bytes are not those that were put */
  get(vaultId: string, sha256: string): Promise<Uint8Array | null>;
  /** Everything of the vault. Repeatable. */
  deleteVault(vaultId: string): Promise<void>;
}
