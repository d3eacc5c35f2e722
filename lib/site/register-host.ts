import { createHash, sign } from "node:crypto";
import { openAnyEnvelope } from "@/lib/engine/keys/key-envelope";
import { passphraseProof } from "@/lib/engine/keys/passphrase-proof";
import { checkPassphrase } from "@/lib/engine/keys/passphrase";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import { assert } from "@/lib/kernel/assert";
import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import type { SiteCredentials } from "./credentials-file";
import { Challenge, Registration } from "./protocol";
import { saveRegistration, type HostRegistration } from "./registration-file";
import { registrationTranscript } from "./registration-transcript";
import { VaultClient } from "./vault-client";
import { x509 } from "./x509";

export const COMPONENT_VERSION = "5.1.0";

export interface RegisterHostInput {
  readonly credentials: SiteCredentials;
  readonly passphrase: string;
  /** Instead of the address in the credentials file: an https origin. */
  readonly endpoint: string | null;
  readonly hostName: string;
  /** The agent's folder: gets registration and keys. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Registers this host in its vault. The passphrase stays here: it opens the key envelope, and a wrong one is found here
 * (Fault WrongPassphrase); the vault gets a proof. The client key is made here and stays here. Other faults: those of
 * VaultClient, and the vault's CredentialsExpired, CredentialsSuperseded, CredentialsNotValid, PassphraseNotChosen.
 */
export async function registerHost(input: RegisterHostInput): Promise<HostRegistration> {
  const { credentials } = input;
  checkPassphrase(input.passphrase);
  const endpoint = input.endpoint ?? credentials.endpoint;
  const client = new VaultClient({ endpoint, trusted: credentials.trusted, client: null });
  try {
    const certificate = credentials.managementCertificate.raw.toString("base64");
    const challenge = await client.call("POST", "/agent/v1/registration/challenge", Challenge, {
      body: { certificate, siteId: credentials.siteId },
    });
    const vaultKeys = await openEnvelopes(challenge.keyEnvelopes, input.passphrase);
    const keys = await makeClientKeys();
    const transcript = registrationTranscript(challenge.nonce, keys.requestPem);
    assert(transcript !== null, "our own certificate request is PEM");
    const nonce = Buffer.from(challenge.nonce, "base64");
    const granted = await client.call("POST", "/agent/v1/registration", Registration, {
      body: {
        certificate,
        siteId: credentials.siteId,
        nonce: challenge.nonce,
        signature: sign("sha256", transcript, credentials.managementKey).toString("base64"),
        passphraseProof: passphraseProof(vaultKeys, nonce).toString("base64"),
        certificateRequest: keys.requestPem,
        hostName: input.hostName,
        version: COMPONENT_VERSION,
      },
    });
    const registration: HostRegistration = {
      ...granted,
      hostName: input.hostName,
      endpoint,
      trusted: [...credentials.trusted],
      registeredAt: input.clock.now().toISOString(),
      clientKeyPem: keys.privateKeyPem,
      vaultKeys,
    };
    saveRegistration(input.folder, registration, input.random.bytes(6).toString("hex"));
    return registration;
  } finally {
    client.close();
  }
}

async function openEnvelopes(encoded: readonly string[], passphrase: string): Promise<VaultKeys> {
  const envelopes = encoded.map((text) => {
    const bytes = Buffer.from(text, "base64");
    return { name: `keys/${createHash("sha256").update(bytes).digest("hex")}`, bytes };
  });
  return (await openAnyEnvelope(envelopes, passphrase)).keys;
}

async function makeClientKeys(): Promise<{ privateKeyPem: string; requestPem: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ["site host"] }],
    keys,
    signingAlgorithm: algorithm,
  });
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const lines = der.match(/.{1,64}/g) ?? [];
  const privateKeyPem = ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
  return { privateKeyPem, requestPem: request.toString("pem") };
}
