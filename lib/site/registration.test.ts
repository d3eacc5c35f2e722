import { createHash, generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { passphraseProof } from "@/lib/engine/keys/passphrase-proof";
import { PASSPHRASE, startSiteVaultDoor, temporaryFolder, type SiteVaultDoor } from "@/lib/testing/site-vault-door";
import { parseCredentialsFile } from "./credentials-file";
import { Challenge, HeartbeatAnswer } from "./protocol";
import { registerHost } from "./register-host";
import { readRegistration, type HostRegistration } from "./registration-file";
import { registrationTranscript } from "./registration-transcript";
import { VaultClient } from "./vault-client";
import { x509 } from "./x509";

const { folder, remove } = temporaryFolder("secondsite-registration-");
let door: SiteVaultDoor;
let xml: string;
const clients: VaultClient[] = [];
beforeAll(async () => {
  door = await startSiteVaultDoor({ folder });
  xml = await door.createKey();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  expect(door.errors).toEqual([]);
});
afterAll(async () => {
  await door.close();
  remove();
});

let hosts = 0;
function register(
  content: string,
  changes: Partial<Parameters<typeof registerHost>[0]> = {},
): Promise<HostRegistration> {
  hosts += 1;
  return registerHost({
    credentials: parseCredentialsFile(content, new Date()),
    passphrase: PASSPHRASE,
    endpoint: null,
    hostName: `HV-${hosts}`,
    folder: path.join(folder, `agent-${hosts}`),
    clock: systemClock,
    random: systemRandom,
    ...changes,
  });
}
function clientOf(registration: HostRegistration): VaultClient {
  const { endpoint, trusted, clientCertificate, clientKeyPem } = registration;
  const client = new VaultClient({
    ...{ endpoint, trusted },
    client: { certificatePem: clientCertificate, keyPem: clientKeyPem },
  });
  clients.push(client);
  return client;
}
const beat = (client: VaultClient) =>
  client.call("POST", "/agent/v1/heartbeat", HeartbeatAnswer, {
    body: { hostName: "HV", version: "1", machines: [] },
  });

describe("registration over TLS", () => {
  it("gives the host a certificate, the vault's keys and a place in the vault, and its heartbeat is heard", async () => {
    const registration = await register(xml);
    expect(registration.vaultKeys.master.equals(door.keys.master)).toBe(true);
    const provider = await door.repositories.providers.get(registration.providerId);
    const digest = createHash("sha256").update(new X509Certificate(registration.clientCertificate).raw).digest("hex");
    expect(provider?.certificateSha256).toBe(digest);
    expect(door.gateway.isConnected(registration.providerId)).toBe(false);
    expect((await beat(clientOf(registration))).replications).toEqual([]);
    expect(door.gateway.isConnected(registration.providerId)).toBe(true);
  });

  it("leaves files on the host that only its owner may read, and reads them back", async () => {
    const own = path.join(folder, "agent-files");
    const registration = await register(xml, { folder: own });
    for (const name of fs.readdirSync(own)) expect(fs.statSync(path.join(own, name)).mode & 0o777).toBe(0o600);
    expect(readRegistration(own)).toEqual(registration);
    await register(xml, { folder: own, hostName: registration.hostName });
    expect(fs.readdirSync(own)).toHaveLength(3);
  });

  it("finds a wrong passphrase on the host, before the vault is told anything", async () => {
    const attempt = register(xml, { passphrase: "not the right passphrase" });
    await expect(attempt).rejects.toMatchObject({ code: "WrongPassphrase" });
    expect(await door.repositories.providers.find(door.fabric.id, `HV-${hosts}`)).toBeNull();
    await expect(register(xml, { passphrase: "short" })).rejects.toMatchObject({ code: "PassphraseTooShort" });
  });

  it("refuses a file that a newer one superseded, and one of another installation", async () => {
    const newer = await door.createKey();
    await expect(register(xml)).rejects.toMatchObject({ code: "CredentialsSuperseded" });
    xml = newer;
    const other = temporaryFolder("secondsite-other-");
    const stranger = await startSiteVaultDoor({ folder: other.folder });
    const foreign = (await stranger.createKey()).replaceAll(stranger.origin(), door.origin());
    await expect(register(foreign)).rejects.toMatchObject({ code: "EndpointNotTrusted" });
    // Forged: trusts our endpoint, names our site, and has a certificate that this vault did not issue.
    const credentials = parseCredentialsFile(foreign, new Date());
    const forged = { ...credentials, siteId: door.fabric.internalIdentifier, trusted: [door.caPem] };
    await expect(register(xml, { credentials: forged })).rejects.toMatchObject({ code: "CredentialsNotValid" });
    await expect(register(xml, { credentials: { ...forged, siteId: "no-such-site" } })).rejects.toMatchObject({
      code: "CredentialsNotValid",
    });
    await stranger.close();
    other.remove();
  });

  it("refuses an expired file on the host, and at the vault when the host's clock is wrong", async () => {
    const short = await door.createKey(-1);
    await expect(async () => register(short)).rejects.toMatchObject({ code: "CredentialsExpired" });
    const credentials = parseCredentialsFile(short, new Date(Date.now() - 2 * 86_400_000));
    await expect(register(xml, { credentials })).rejects.toMatchObject({ code: "CredentialsExpired" });
    xml = await door.createKey();
  });

  it("refuses a proof made without the passphrase, a signature of another key, and a nonce used twice", async () => {
    const credentials = parseCredentialsFile(xml, new Date());
    const client = new VaultClient({ endpoint: door.origin(), trusted: [door.caPem], client: null });
    clients.push(client);
    const certificate = credentials.managementCertificate.raw.toString("base64");
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificateRequest = (
      await x509.Pkcs10CertificateRequestGenerator.create({ name: "CN=x", keys, signingAlgorithm: algorithm })
    ).toString("pem");
    const challenge = () =>
      client.call("POST", "/agent/v1/registration/challenge", Challenge, {
        body: { certificate, siteId: credentials.siteId },
      });
    const claim = async (nonce: string, changes: Record<string, unknown> = {}) => {
      const transcript = registrationTranscript(nonce, certificateRequest) ?? Buffer.alloc(0);
      const body = {
        ...{ certificate, nonce, certificateRequest, siteId: credentials.siteId, hostName: "FORGER", version: "1" },
        signature: sign("sha256", transcript, credentials.managementKey).toString("base64"),
        passphraseProof: passphraseProof(door.keys, Buffer.from(nonce, "base64")).toString("base64"),
        ...changes,
      };
      return client.call("POST", "/agent/v1/registration", z.unknown(), { body });
    };
    const withoutPassphrase = { passphraseProof: systemRandom.bytes(32).toString("base64") };
    const first = await challenge();
    await expect(claim(first.nonce, withoutPassphrase)).rejects.toMatchObject({ code: "WrongPassphrase" });
    await expect(claim(first.nonce)).rejects.toMatchObject({ code: "ChallengeExpired" });
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const second = await challenge();
    const transcript = registrationTranscript(second.nonce, certificateRequest) ?? Buffer.alloc(0);
    const otherKey = { signature: sign("sha256", transcript, privateKey).toString("base64") };
    await expect(claim(second.nonce, otherKey)).rejects.toMatchObject({ code: "CredentialsNotValid" });
    expect(await door.repositories.providers.find(door.fabric.id, "FORGER")).toBeNull();
  });

  it("shuts the door on no certificate, on one of a registration that was replaced, and on a removed host", async () => {
    const anonymous = new VaultClient({ endpoint: door.origin(), trusted: [door.caPem], client: null });
    clients.push(anonymous);
    await expect(beat(anonymous)).rejects.toMatchObject({ code: "ProviderNotRegistered" });
    const old = await register(xml, { hostName: "HV-TWICE" });
    const renewed = await register(xml, { hostName: "hv-twice" });
    expect(renewed.providerId).toBe(old.providerId);
    await expect(beat(clientOf(old))).rejects.toMatchObject({ code: "ProviderNotRegistered" });
    await beat(clientOf(renewed));
    await door.repositories.providers.delete(renewed.providerId);
    await expect(beat(clientOf(renewed))).rejects.toMatchObject({ code: "ProviderNotRegistered" });
  });

  it("names the vault's address when nothing answers there", async () => {
    const attempt = register(xml, { endpoint: "https://127.0.0.1:1" });
    await expect(attempt).rejects.toMatchObject({ code: "VaultNotReachable", retryable: true });
  });
});
