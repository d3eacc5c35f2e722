import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createHash, X509Certificate } from "node:crypto";
import { x509 } from "@/lib/site/x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Fabric, Vault } from "@/lib/domain/entities";
import type { Clock } from "@/lib/kernel/clock";
import { parseCredentialsFile } from "@/lib/site/credentials-file";
import { systemClock } from "../system/system-clock";
import { systemRandom } from "../system/system-random";
import { createFileCertificateAuthority } from "./file-certificate-authority";
import { openHomeAuthority } from "./home-authority";

const DAY_MS = 86_400_000;
const home = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-certificates-"));
const vault: Vault = {
  id: "6e1c1d4e-7d1b-4b7d-9d9c-0d7f3f1b2a01",
  subscriptionId: "00000000-0000-0000-0000-000000000001",
  resourceGroup: "contoso",
  name: "Contoso & <Sons>",
  location: "westeurope",
  storageAccount: "contosostore",
  state: "Active",
  resourceId: "4567890123456789012",
  createdAt: "2026-11-22T00:00:00.000Z",
  passphraseSetAt: null,
  scrubMiBPerDay: 4096,
  authorityCertificate: null,
  tags: {},
};
const fabric: Fabric = {
  id: "fabric-1",
  vaultId: vault.id,
  name: "Contoso Branch",
  kind: "HyperVSite",
  internalIdentifier: "0f6f2c1c-6d9c-4c3f-8d0e-1f2e3d4c5b6a",
  createdAt: vault.createdAt,
};
const clockAt = (now: () => Date): Clock => ({ ...systemClock, now });
const at = (days: number) => clockAt(() => new Date(Date.now() + days * DAY_MS));
const openHome = (clock: Clock = systemClock) =>
  openHomeAuthority({ folder: path.join(home, "tls"), clock, random: systemRandom });

async function authority() {
  return createFileCertificateAuthority({
    folder: path.join(home, "keys"),
    clock: systemClock,
    random: systemRandom,
    home: await openHome(),
    endpoint: "https://127.0.0.1:3443",
  });
}
async function newKey(expiresInDays = 5) {
  const expiresAt = new Date(Date.now() + expiresInDays * DAY_MS);
  return (await authority()).createRegistrationKey({ vault, fabric, issuedAt: new Date(), expiresAt });
}
let key: Awaited<ReturnType<typeof newKey>>;
beforeAll(async () => {
  key = await newKey();
});
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

describe("the home's authority", () => {
  it("keeps its certificate and the server's across restarts, and keys are the owner's only", async () => {
    const first = await (await openHome()).serverCredentials();
    const second = await (await openHome()).serverCredentials();
    expect(second).toEqual(first);
    for (const file of ["ca.key", "server.key"]) {
      expect(fs.statSync(path.join(home, "tls", file)).mode & 0o777).toBe(0o600);
    }
  });

  it("certifies the loopback names and is accepted by OpenSSL's own verifier", async () => {
    const { certificatePem } = await (await openHome()).serverCredentials();
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkIP("::1")).toBe("::1");
    expect(certificate.checkHost("example.com")).toBeUndefined();
    const tls = path.join(home, "tls");
    const verdict = execFileSync("openssl", [
      "verify",
      "-x509_strict",
      "-CAfile",
      path.join(tls, "ca.pem"),
      path.join(tls, "server.pem"),
    ]);
    expect(verdict.toString()).toContain("OK");
  });

  it("renews the server's certificate in its last thirty days and keeps the authority that clients trust", async () => {
    const before = await (await openHome()).serverCredentials();
    const later = await openHome(at(397 - 29));
    const after = await later.serverCredentials();
    expect(after.certificatePem).not.toBe(before.certificatePem);
    expect(later.caPem).toBe((await openHome()).caPem);
  });
});

describe("a credentials file", () => {
  it("has the elements of the real one in their order, and survives awkward names", () => {
    const names = [...key.content.matchAll(/<([A-Z]\w+)[ >]/g)].map((match) => match[1]);
    expect(names).toEqual([
      "RSVaultAsrCreds",
      "VaultDetails",
      "SubscriptionId",
      "ResourceGroup",
      "ResourceName",
      "ResourceId",
      "Location",
      "ResourceType",
      "ProviderNamespace",
      "ManagementCert",
      "Version",
      "AadDetails",
      "AadAuthority",
      "AadTenantId",
      "ServicePrincipalClientId",
      "AadVaultAudience",
      "ArmManagementEndpoint",
      "ChannelIntegrityKey",
      "SiteId",
      "SiteName",
      "PrivateEndpointStateForSiteRecovery",
    ]);
    const credentials = parseCredentialsFile(key.content, new Date());
    expect(credentials.vaultName).toBe(vault.name);
    expect(credentials.siteId).toBe(fabric.internalIdentifier);
    expect(credentials.siteName).toBe(fabric.name);
    expect(credentials.endpoint).toBe("https://127.0.0.1:3443");
  });

  it("carries the very certificate that was recorded, with its key and the authority to trust", async () => {
    const credentials = parseCredentialsFile(key.content, new Date());
    const digest = createHash("sha256").update(credentials.managementCertificate.raw).digest("hex");
    expect(digest).toBe(key.certificateSha256);
    expect(credentials.trusted.map((pem) => pem.trim())).toEqual([(await openHome()).caPem.trim()]);
    expect((await authority()).isOurs(vault.id, credentials.managementCertificate.raw)).toBe(true);
  });

  it("opens with OpenSSL and an empty password, as the real one does", () => {
    const file = path.join(home, "management.p12");
    const base64 = /<ManagementCert>(.*)<\/ManagementCert>/.exec(key.content)?.[1] ?? "";
    fs.writeFileSync(file, Buffer.from(base64, "base64"));
    const listing = execFileSync("openssl", ["pkcs12", "-in", file, "-passin", "pass:", "-nodes"], {
      stdio: ["ignore", "pipe", "ignore"],
    }).toString();
    expect(listing).toContain("BEGIN PRIVATE KEY");
    expect(listing.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it("leaves no private management key in the home folder", () => {
    const credentials = parseCredentialsFile(key.content, new Date());
    const secret = credentials.managementKey.export({ format: "jwk" }).d ?? "";
    expect(secret.length).toBeGreaterThan(100);
    const files = fs.readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const keys = files.map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "utf8"));
    const pem = credentials.managementKey.export({ type: "pkcs8", format: "pem" }) as string;
    for (const content of keys) expect(content).not.toContain(pem.split("\n")[4] ?? "none");
  });

  it("is refused after its five days, and names the instant", async () => {
    const expired = () => parseCredentialsFile(key.content, new Date(Date.now() + 5.01 * DAY_MS));
    expect(expired).toThrowError(expect.objectContaining({ code: "CredentialsExpired" }));
  });

  it("is told apart from what is not XML, not ours, and damaged", () => {
    const code = (content: string) => {
      try {
        parseCredentialsFile(content, new Date());
      } catch (error) {
        return (error as { code: string }).code;
      }
      return "accepted";
    };
    expect(code("hello")).toBe("CredentialsFileNotXml");
    expect(code("")).toBe("CredentialsFileNotXml");
    expect(code(key.content.slice(0, 900))).toBe("CredentialsFileNotXml");
    expect(code(`<!DOCTYPE a [<!ENTITY b "c">]>${key.content}`)).toBe("CredentialsFileNotXml");
    expect(code("<RSBackupVaultAADCreds><a>1</a></RSBackupVaultAADCreds>")).toBe("CredentialsFileNotOurs");
    expect(code(key.content.replace(/<SiteId>.*<\/SiteId>/, ""))).toBe("CredentialsFileNotOurs");
    expect(code(key.content.replace(/<ManagementCert>.{40}/, "<ManagementCert>"))).toBe("CredentialsFileDamaged");
    expect(code(key.content.replace(/(<ManagementCert>.{900})..../, "$1AAAA"))).toBe("CredentialsFileDamaged");
    expect(code(key.content.replace("https://127.0.0.1:3443</Arm", "ftp://x</Arm"))).toBe("CredentialsFileDamaged");
  });
});

describe("a client certificate", () => {
  const makeRequest = async () => {
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    return x509.Pkcs10CertificateRequestGenerator.create({ name: "CN=whoever", keys, signingAlgorithm: algorithm });
  };

  it("names the provider whatever the request says, and is of this vault's authority only", async () => {
    const certificates = await authority();
    const issued = await certificates.issueClientCertificate({
      vaultId: vault.id,
      providerId: "provider-7",
      certificateRequestPem: (await makeRequest()).toString("pem"),
    });
    const certificate = new X509Certificate(issued.certificatePem);
    expect(certificate.subject).toBe("CN=provider-7");
    expect(createHash("sha256").update(certificate.raw).digest("hex")).toBe(issued.certificateSha256);
    expect(certificates.isOurs(vault.id, certificate.raw)).toBe(true);
    await certificates.createVaultAuthority({ ...vault, id: "other-vault" });
    expect(certificates.isOurs("other-vault", certificate.raw)).toBe(false);
    expect(certificates.isOurs(vault.id, Buffer.from("not a certificate"))).toBe(false);
  });

  it("is refused for a request that somebody altered", async () => {
    const request = await makeRequest();
    const bytes = Buffer.from(request.rawData);
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----`;
    const attempt = (await authority()).issueClientCertificate({
      vaultId: vault.id,
      providerId: "provider-7",
      certificateRequestPem: pem,
    });
    await expect(attempt).rejects.toMatchObject({ code: "CertificateRequestNotValid" });
  });

  it("cannot be issued once the vault's authority is gone", async () => {
    const certificates = await authority();
    await certificates.createVaultAuthority({ ...vault, id: "short-lived" });
    await certificates.deleteVaultAuthority("short-lived");
    await certificates.deleteVaultAuthority("short-lived");
    const certificateRequestPem = (await makeRequest()).toString("pem");
    const attempt = certificates.issueClientCertificate({
      vaultId: "short-lived",
      providerId: "p",
      certificateRequestPem,
    });
    await expect(attempt).rejects.toMatchObject({ code: "VaultAuthorityMissing" });
  });
});
