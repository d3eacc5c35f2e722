import { createPrivateKey, createPublicKey } from "node:crypto";
import { x509 } from "@/lib/site/x509";
import { Refusal } from "@/lib/kernel/fault";
import type { CertificateAuthority } from "@/lib/operations/ports/certificate-authority";
import { certificateSha256, commonName, generatePrivateKey, issueCertificate } from "./certificate-maker";
import type { HomeAuthority } from "./home-authority";
import { packPkcs12 } from "./pkcs12";
import { registrationKeyXml } from "./registration-key-xml";
import {
  deleteVaultAuthority,
  ensureVaultAuthority,
  findVaultAuthority,
  isSignedBy,
  readVaultAuthority,
  type VaultAuthorityFiles,
} from "./vault-authority";

const DAY_MS = 86_400_000;
const CLIENT_DAYS = 3650;
/** Clocks of a site and of its vault may differ a little. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** What the door of the sites needs beyond the control plane's port. */
export interface SiteCertificates {
  /** Whether the vault's own authority signed this certificate (DER). */
  isOurs(vaultId: string, certificateDer: Uint8Array): boolean;
  /** @throws Refusal CertificateRequestNotValid */
  issueClientCertificate(input: {
    readonly vaultId: string;
    readonly providerId: string;
    readonly certificateRequestPem: string;
  }): Promise<{ certificatePem: string; certificateSha256: string }>;
  authorityPem(vaultId: string): string;
}

interface Options extends VaultAuthorityFiles {
  readonly home: HomeAuthority;
  /** The TLS endpoint's origin: written into every credentials file. */
  readonly endpoint: string;
}

export function createFileCertificateAuthority(options: Options): CertificateAuthority & SiteCertificates {
  return {
    createVaultAuthority: async (vault) => {
      const issuer = await ensureVaultAuthority(options, vault);
      return { certificatePem: issuer.certificate.toString("pem") };
    },
    createRegistrationKey: (input) => createRegistrationKey(options, input),
    deleteVaultAuthority: async (vaultId) => deleteVaultAuthority(options, vaultId),
    isOurs: (vaultId, der) => {
      const issuer = findVaultAuthority(options, vaultId);
      return issuer !== null && isSignedBy(issuer, der);
    },
    issueClientCertificate: (input) => issueClientCertificate(options, input),
    authorityPem: (vaultId) => readVaultAuthority(options, vaultId).certificate.toString("pem"),
  };
}

/** The management key exists in the answer only: nothing of it is written here, so nobody can hand it out twice. */
async function createRegistrationKey(
  options: Options,
  input: Parameters<CertificateAuthority["createRegistrationKey"]>[0],
) {
  const issuer = await ensureVaultAuthority(options, input.vault);
  const privateKeyPem = await generatePrivateKey("rsa");
  const publicKeyPem = createPublicKey(createPrivateKey(privateKeyPem)).export({
    type: "spki",
    format: "pem",
  }) as string;
  const certificate = await issueCertificate(issuer, publicKeyPem, {
    subject: commonName(`${input.fabric.name} registration`),
    notBefore: new Date(input.issuedAt.getTime() - CLOCK_SKEW_MS),
    notAfter: input.expiresAt,
    random: options.random,
    extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)],
  });
  const content = registrationKeyXml({
    subscriptionId: input.vault.subscriptionId,
    resourceGroup: input.vault.resourceGroup,
    vaultName: input.vault.name,
    resourceId: input.vault.resourceId,
    location: input.vault.location,
    managementCertificate: packPkcs12({
      privateKeyPem,
      certificatePem: certificate.toString("pem"),
      trustedPem: [options.home.caPem],
    }),
    endpoint: options.endpoint,
    channelIntegrityKey: options.random.bytes(32).toString("base64"),
    siteId: input.fabric.internalIdentifier,
    siteName: input.fabric.name,
  });
  return { content, certificateSha256: certificateSha256(certificate) };
}

async function issueClientCertificate(
  options: Options,
  input: Parameters<SiteCertificates["issueClientCertificate"]>[0],
) {
  const issuer = readVaultAuthority(options, input.vaultId);
  const request = await readRequest(input.certificateRequestPem);
  const now = options.clock.now().getTime();
  // The site chose the key; the name is ours: the certificate names the provider, whatever the request says.
  const certificate = await issueCertificate(issuer, request.publicKey.toString("pem"), {
    subject: commonName(input.providerId),
    notBefore: new Date(now - CLOCK_SKEW_MS),
    notAfter: new Date(Math.min(now + CLIENT_DAYS * DAY_MS, issuer.certificate.notAfter.getTime())),
    random: options.random,
    extensions: [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  return { certificatePem: certificate.toString("pem"), certificateSha256: certificateSha256(certificate) };
}

async function readRequest(pem: string): Promise<x509.Pkcs10CertificateRequest> {
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    if (await request.verify()) return request;
  } catch {
    // Octets that cannot be read are refused like a signature that does not fit: the cause and the cure are the same.
  }
  throw requestNotValid();
}

function requestNotValid(): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "CertificateRequestNotValid",
      message: "The certificate request of the host cannot be read, or its signature is not of the key in it.",
      possibleCauses: "The request was altered on its way, or was made by a program of another version.",
      recommendedAction: "Run the registration on the host again.",
    },
    "certificateRequest",
  );
}
