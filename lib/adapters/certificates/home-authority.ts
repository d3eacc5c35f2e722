import path from "node:path";
import { x509 } from "@/lib/site/x509";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import { commonName, generatePrivateKey, issueCertificate, makeAuthority, type Issuer } from "./certificate-maker";
import { readIfPresent, replaceFile } from "./private-files";

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Browsers and Apple's TLS refuse server certificates of more than 398 days. */
const SERVER_DAYS = 397;
const RENEW_DAYS_BEFORE = 30;

/**
 * The authority of one home folder: clients trust `ca.pem` and thereby the TLS endpoint. Its key never leaves the folder.
 * It certifies this machine's loopback names only.
 */
export interface HomeAuthority {
  /** PEM; also at `caFile`. */
  readonly caPem: string;
  readonly caFile: string;
  /** Key and certificate (with chain) of the TLS endpoint; made anew when missing, foreign or near its expiry. */
  serverCredentials(): Promise<{ keyPem: string; certificatePem: string; notAfter: Date }>;
}

interface Options {
  /** `$SECONDSITE_HOME/tls`. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
}

export async function openHomeAuthority(options: Options): Promise<HomeAuthority> {
  const issuer = (await readAuthority(options)) ?? (await createAuthority(options));
  const caPem = `${issuer.certificate.toString("pem")}\n`;
  return {
    caPem,
    caFile: path.join(options.folder, "ca.pem"),
    serverCredentials: async () => readServer(options, issuer) ?? (await createServer(options, issuer)),
  };
}

async function readAuthority({ folder, clock }: Options): Promise<Issuer | null> {
  const privateKeyPem = readIfPresent(path.join(folder, "ca.key"));
  const certificatePem = readIfPresent(path.join(folder, "ca.pem"));
  if (privateKeyPem === null || certificatePem === null) return null;
  const certificate = new x509.X509Certificate(certificatePem);
  if (!belongTogether(certificatePem, privateKeyPem)) return null;
  return certificate.notAfter > clock.now() ? { certificate, privateKeyPem } : null;
}

async function createAuthority({ folder, clock, random }: Options): Promise<Issuer> {
  const privateKeyPem = await generatePrivateKey("rsa");
  const now = clock.now().getTime();
  const certificate = await makeAuthority(privateKeyPem, {
    subject: commonName(`Secondsite home authority ${random.bytes(4).toString("hex")}`),
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + AUTHORITY_DAYS * DAY_MS),
    random,
  });
  // The key first: a certificate without its key would be taken for damage and replaced, and with it everybody's trust.
  replaceFile(path.join(folder, "ca.key"), privateKeyPem, 0o600);
  replaceFile(path.join(folder, "ca.pem"), `${certificate.toString("pem")}\n`, 0o644);
  return { certificate, privateKeyPem };
}

function readServer({ folder, clock }: Options, issuer: Issuer) {
  const keyPem = readIfPresent(path.join(folder, "server.key"));
  const certificatePem = readIfPresent(path.join(folder, "server.pem"));
  if (keyPem === null || certificatePem === null || !belongTogether(certificatePem, keyPem)) return null;
  const authorityKey = createPublicKey(createPrivateKey(issuer.privateKeyPem));
  const certificate = new X509Certificate(certificatePem);
  const notAfter = new Date(certificate.validTo);
  const soon = clock.now().getTime() + RENEW_DAYS_BEFORE * DAY_MS;
  if (!certificate.verify(authorityKey) || notAfter.getTime() < soon) return null;
  return { keyPem, certificatePem, notAfter };
}

async function createServer({ folder, clock, random }: Options, issuer: Issuer) {
  const keyPem = await generatePrivateKey("ec");
  const publicKeyPem = createPublicKey(createPrivateKey(keyPem)).export({ type: "spki", format: "pem" }) as string;
  const now = clock.now().getTime();
  const notAfter = new Date(Math.min(now + SERVER_DAYS * DAY_MS, issuer.certificate.notAfter.getTime()));
  const certificate = await issueCertificate(issuer, publicKeyPem, {
    subject: commonName("localhost"),
    notBefore: new Date(now - DAY_MS),
    notAfter,
    random,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  const certificatePem = `${certificate.toString("pem")}\n${issuer.certificate.toString("pem")}\n`;
  replaceFile(path.join(folder, "server.key"), keyPem, 0o600);
  replaceFile(path.join(folder, "server.pem"), certificatePem, 0o600);
  return { keyPem, certificatePem, notAfter: certificate.notAfter };
}

function belongTogether(certificatePem: string, privateKeyPem: string): boolean {
  return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(privateKeyPem));
}
