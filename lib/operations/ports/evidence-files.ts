/** Pictures of consoles, kept beside the records that name them. */
export interface EvidenceFiles {
  /** Durable when it resolves. The name follows from the content, so that a repeated put changes nothing. */
  put(vaultId: string, content: Uint8Array): Promise<{ readonly file: string; readonly sha256: string }>;
  /** Null when it is not there, or is not what its name says any more. */
  get(vaultId: string, file: string): Promise<Uint8Array | null>;
  /** Everything of the vault. Repeatable. */
  deleteVault(vaultId: string): Promise<void>;
}
