import path from "node:path";
import { X509Certificate } from "node:crypto";
import { x509 } from "@/lib/site/x509";
import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";
import { assert } from "@/lib/kernel/assert";
import type { Random } from "@/lib/kernel/random";
import { commonName, generatePrivateKey, makeAuthority, type Issuer } from "./certificate-maker";
import { readIfPresent, removeFile, replaceFile } from "./private-files";

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;

/** One authority a vault, in two files of the home's `keys` folder: what it certified speaks to that vault only. */
export interface VaultAuthorityFiles {
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Ids are ours; checked all the same, because they become file names. */
function fileOf({ folder }: VaultAuthorityFiles, vaultId: string, extension: "key" | "pem"): string {
  assert(/^[A-Za-z0-9-]{1,64}$/.test(vaultId), `a vault id is letters, digits and hyphens: ${vaultId}`);
  return path.join(folder, `vault-${vaultId}.authority.${extension}`);
}

export async function ensureVaultAuthority(
  files: VaultAuthorityFiles,
  vault: { readonly id: string; readonly name: string },
): Promise<Issuer> {
  const present = findVaultAuthority(files, vault.id);
  if (present !== null) return present;
  // RSA, because its certificates travel in a PKCS#12 whose library encodes no other signature faithfully.
  const privateKeyPem = await generatePrivateKey("rsa");
  const now = files.clock.now().getTime();
  const certificate = await makeAuthority(privateKeyPem, {
    subject: commonName(`${vault.name} site authority`),
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + AUTHORITY_DAYS * DAY_MS),
    random: files.random,
  });
  // The certificate last: an authority exists when both are there, and a kill between the two only makes a new pair.
  replaceFile(fileOf(files, vault.id, "key"), privateKeyPem, 0o600);
  replaceFile(fileOf(files, vault.id, "pem"), `${certificate.toString("pem")}\n`, 0o600);
  return { certificate, privateKeyPem };
}

export function findVaultAuthority(files: VaultAuthorityFiles, vaultId: string): Issuer | null {
  const privateKeyPem = readIfPresent(fileOf(files, vaultId, "key"));
  const certificatePem = readIfPresent(fileOf(files, vaultId, "pem"));
  if (privateKeyPem === null || certificatePem === null) return null;
  return { certificate: new x509.X509Certificate(certificatePem), privateKeyPem };
}

/** @throws Fault VaultAuthorityMissing */
export function readVaultAuthority(files: VaultAuthorityFiles, vaultId: string): Issuer {
  const issuer = findVaultAuthority(files, vaultId);
  if (issuer === null) {
    throw new Fault({
      code: "VaultAuthorityMissing",
      message: "The certificate authority of this vault is not in the home folder.",
      possibleCauses: "The vault is still being created, or files of the home's keys folder were removed.",
      recommendedAction: "Wait for the vault to become Active, or bring the keys folder back from a backup.",
    });
  }
  return issuer;
}

export function deleteVaultAuthority(files: VaultAuthorityFiles, vaultId: string): void {
  removeFile(fileOf(files, vaultId, "pem"));
  removeFile(fileOf(files, vaultId, "key"));
}

/** Whether the authority of this vault signed the certificate (DER). Says nothing about its validity in time. */
export function isSignedBy(issuer: Issuer, certificateDer: Uint8Array): boolean {
  try {
    const authority = new X509Certificate(Buffer.from(issuer.certificate.rawData));
    const certificate = new X509Certificate(certificateDer);
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  } catch {
    // Octets that are no certificate were signed by nobody.
    return false;
  }
}
