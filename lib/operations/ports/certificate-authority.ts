import type { Fabric, Vault } from "@/lib/domain/entities";

/** The vaults' own certificate authorities. Private keys stay in the adapter's key files; the ports carry certificates. */
export interface CertificateAuthority {
  /** Idempotent: a vault that has an authority keeps it. */
  createVaultAuthority(vault: Vault): Promise<{ readonly certificatePem: string }>;
  /**
   * A new credentials file of a site. `content` is the XML that is handed out once; the management key in it is not kept.
   * `certificateSha256`: of the DER certificate inside, lower-case hex.
   */
  createRegistrationKey(input: {
    readonly vault: Vault;
    readonly fabric: Fabric;
    readonly issuedAt: Date;
    readonly expiresAt: Date;
  }): Promise<{ readonly content: string; readonly certificateSha256: string }>;
  /** Nothing there is no error. */
  deleteVaultAuthority(vaultId: string): Promise<void>;
}
