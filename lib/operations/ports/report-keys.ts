/**
 * The key that signs the reports of one vault: Ed25519, made when it is first needed, of its own and not derived from the
 * passphrase, so that a locked vault can still hand out the evidence of what was done.
 */
export interface ReportKeys {
  /** SubjectPublicKeyInfo, DER. @throws Fault of the storage */
  publicKey(vaultId: string): Promise<Uint8Array>;
  /** 64 bytes (RFC 8032). */
  sign(vaultId: string, message: Uint8Array): Promise<Uint8Array>;
  /** Repeatable. Reports that it signed stay verifiable: they carry the public key. */
  delete(vaultId: string): Promise<void>;
}
