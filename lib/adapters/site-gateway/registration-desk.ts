import { createHash, createPublicKey, verify, X509Certificate } from "node:crypto";
import { Refusal } from "@/lib/kernel/fault";
import type { Fabric, Vault } from "@/lib/domain/entities";
import type { OperationContext } from "@/lib/operations/context";
import { registrationTranscript } from "@/lib/site/registration-transcript";
import type { Challenge, ChallengeRequest, Registration, RegistrationRequest } from "@/lib/site/protocol";
import type { z } from "zod";
import {
  challengeExpired,
  credentialsExpired,
  credentialsNotValid,
  credentialsSuperseded,
  passphraseNotChosen,
  wrongPassphrase,
} from "./credential-refusals";

/** What the desk needs of the certificate files. */
export interface SiteCertificateDesk {
  isOurs(vaultId: string, certificateDer: Uint8Array): boolean;
  issueClientCertificate(input: {
    readonly vaultId: string;
    readonly providerId: string;
    readonly certificateRequestPem: string;
  }): Promise<{ certificatePem: string; certificateSha256: string }>;
  authorityPem(vaultId: string): string;
}

/** The verb that records the host; from lib/operations. */
export type RegisterProvider = (input: {
  readonly providerId: string;
  readonly fabricId: string;
  readonly hostName: string;
  readonly version: string;
  readonly certificateSha256: string;
}) => Promise<unknown>;

interface Options {
  readonly context: Pick<OperationContext, "repositories" | "vaultData" | "clock" | "random">;
  readonly certificates: SiteCertificateDesk;
  readonly registerProvider: RegisterProvider;
}

const NONCE_LIFE_MS = 5 * 60_000;
const OUTSTANDING_MAX = 1_000;

interface Place {
  readonly fabric: Fabric;
  readonly vault: Vault;
}

/**
 * Lets a host in that has both: the newest credentials file (it signs a nonce with the file's key) and the passphrase (it
 * opened the key envelope and proves it with a key that only the passphrase yields). Neither travels.
 */
export class RegistrationDesk {
  readonly #options: Options;
  readonly #nonces = new Map<string, { readonly siteId: string; readonly expiresAtMs: number }>();

  constructor(options: Options) {
    this.#options = options;
  }

  async challenge(request: z.infer<typeof ChallengeRequest>): Promise<z.infer<typeof Challenge>> {
    const { context } = this.#options;
    const { fabric, vault } = await this.#admit(request.siteId, request.certificate);
    const envelopes = await context.vaultData.keyEnvelopes(vault);
    const nonce = context.random.bytes(32).toString("base64");
    this.#forgetOld();
    this.#nonces.set(nonce, { siteId: request.siteId, expiresAtMs: context.clock.monotonicMs() + NONCE_LIFE_MS });
    return {
      nonce,
      vaultName: vault.name,
      siteName: fabric.name,
      keyEnvelopes: envelopes.map((bytes) => Buffer.from(bytes).toString("base64")),
    };
  }

  async register(request: z.infer<typeof RegistrationRequest>): Promise<z.infer<typeof Registration>> {
    const { context, certificates, registerProvider } = this.#options;
    const { fabric, vault } = await this.#admit(request.siteId, request.certificate);
    this.#redeem(request.nonce, request.siteId);
    if (!signatureHolds(request)) throw credentialsNotValid("the host does not have the key that belongs to the file");
    const nonce = Buffer.from(request.nonce, "base64");
    const proof = Buffer.from(request.passphraseProof, "base64");
    if (!(await context.vaultData.verifyPassphraseProof(vault, nonce, proof))) throw wrongPassphrase();
    const known = (await context.repositories.providers.listByFabric(fabric.id)).find(
      (provider) => provider.hostName.toLowerCase() === request.hostName.toLowerCase(),
    );
    const providerId = known?.id ?? context.random.uuid();
    const issued = await certificates.issueClientCertificate({
      vaultId: vault.id,
      providerId,
      certificateRequestPem: request.certificateRequest,
    });
    await registerProvider({
      providerId,
      fabricId: fabric.id,
      hostName: request.hostName,
      version: request.version,
      certificateSha256: issued.certificateSha256,
    });
    return {
      providerId,
      vaultId: vault.id,
      vaultName: vault.name,
      siteName: fabric.name,
      clientCertificate: issued.certificatePem,
      authorityCertificate: certificates.authorityPem(vault.id),
    };
  }

  /** @throws Refusal CredentialsNotValid, CredentialsExpired, CredentialsSuperseded, PassphraseNotChosen */
  async #admit(siteId: string, certificateBase64: string): Promise<Place> {
    const { context, certificates } = this.#options;
    const { fabrics, registrationKeys, vaults } = context.repositories;
    const fabric = await fabrics.findByInternalIdentifier(siteId);
    const vault = fabric && (await vaults.get(fabric.vaultId));
    const key = fabric && (await registrationKeys.get(fabric.id));
    if (!fabric || !vault || !key) throw credentialsNotValid("it names a site that does not exist");
    const der = Buffer.from(certificateBase64, "base64");
    if (!certificates.isOurs(vault.id, der)) throw credentialsNotValid("this vault did not issue it");
    const now = context.clock.now().getTime();
    const certificate = new X509Certificate(der);
    if (new Date(certificate.validTo).getTime() <= now) {
      throw credentialsExpired(new Date(certificate.validTo).toISOString());
    }
    const newest = createHash("sha256").update(der).digest("hex") === key.certificateSha256;
    if (!newest) throw credentialsSuperseded();
    if (new Date(key.expiresAt).getTime() <= now) throw credentialsExpired(key.expiresAt);
    if (vault.passphraseSetAt === null) throw passphraseNotChosen(vault.name);
    return { fabric, vault };
  }

  /** A nonce serves once, and only for the site that asked for it. */
  #redeem(nonce: string, siteId: string): void {
    const known = this.#nonces.get(nonce);
    this.#nonces.delete(nonce);
    const fresh = known !== undefined && known.expiresAtMs > this.#options.context.clock.monotonicMs();
    if (!fresh || known.siteId !== siteId) throw challengeExpired();
  }

  /** Maps keep the order of insertion, hence the first are the oldest. */
  #forgetOld(): void {
    const now = this.#options.context.clock.monotonicMs();
    for (const [nonce, { expiresAtMs }] of this.#nonces) {
      if (expiresAtMs > now && this.#nonces.size < OUTSTANDING_MAX) break;
      this.#nonces.delete(nonce);
    }
  }
}

function signatureHolds(request: z.infer<typeof RegistrationRequest>): boolean {
  const certificate = new X509Certificate(Buffer.from(request.certificate, "base64"));
  const transcript = registrationTranscript(request.nonce, request.certificateRequest);
  if (transcript === null) {
    throw new Refusal("invalid", {
      code: "CertificateRequestNotValid",
      message: "The certificate request of the host is not in PEM form.",
      possibleCauses: "The request was made by a program of another version.",
      recommendedAction: "Run the registration on the host again.",
    });
  }
  const publicKey = createPublicKey(certificate.publicKey.export({ type: "spki", format: "pem" }));
  return verify("sha256", transcript, publicKey, Buffer.from(request.signature, "base64"));
}
