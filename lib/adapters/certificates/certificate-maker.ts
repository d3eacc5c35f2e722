import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { x509 } from "@/lib/site/x509";
import type { Random } from "@/lib/kernel/random";

/** The two kinds of key in use. RSA only where a PKCS#12 must carry it: its usual readers know nothing newer. */
export type KeyKind = "ec" | "rsa";

const ALGORITHM = {
  ec: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
} as const;

export interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly privateKeyPem: string;
}

/** PKCS#8 PEM. RSA takes a tenth of a second, and takes it off the event loop. */
export async function generatePrivateKey(kind: KeyKind): Promise<string> {
  const { privateKey } =
    kind === "ec"
      ? await promisify(generateKeyPair)("ec", { namedCurve: "P-256" })
      : await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }) as string;
}

function kindOf(key: KeyObject): KeyKind {
  return key.asymmetricKeyType === "rsa" ? "rsa" : "ec";
}

async function importPrivate(pem: string): Promise<CryptoKey> {
  const key = createPrivateKey(pem);
  const der = key.export({ type: "pkcs8", format: "der" });
  return crypto.subtle.importKey("pkcs8", new Uint8Array(der), ALGORITHM[kindOf(key)], false, ["sign"]);
}

async function importPublic(key: KeyObject): Promise<CryptoKey> {
  const der = key.export({ type: "spki", format: "der" });
  return crypto.subtle.importKey("spki", new Uint8Array(der), ALGORITHM[kindOf(key)], true, ["verify"]);
}

export interface CertificateRequestFields {
  readonly subject: x509.JsonName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly x509.Extension[];
  readonly random: Random;
}

/** A certificate that signs itself: the root of an authority. */
export async function makeAuthority(
  privateKeyPem: string,
  fields: Omit<CertificateRequestFields, "extensions">,
): Promise<x509.X509Certificate> {
  const publicKey = createPublicKey(createPrivateKey(privateKeyPem));
  const usage = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  return generate(publicKey, fields.subject, privateKeyPem, {
    ...fields,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(usage, true)],
  });
}

/** A certificate for `publicKeyPem` (SPKI), signed by the issuer. It can sign no other. */
export async function issueCertificate(
  issuer: Issuer,
  publicKeyPem: string,
  fields: CertificateRequestFields,
): Promise<x509.X509Certificate> {
  return generate(createPublicKey(publicKeyPem), issuer.certificate.subjectName.toJSON(), issuer.privateKeyPem, {
    ...fields,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate),
      ...fields.extensions,
    ],
  });
}

async function generate(
  publicKey: KeyObject,
  issuerName: x509.JsonName,
  issuerKeyPem: string,
  fields: CertificateRequestFields,
): Promise<x509.X509Certificate> {
  const subjectKey = await importPublic(publicKey);
  const signingKind = kindOf(createPrivateKey(issuerKeyPem));
  return x509.X509CertificateGenerator.create({
    serialNumber: positiveSerial(fields.random),
    subject: fields.subject,
    issuer: issuerName,
    notBefore: fields.notBefore,
    notAfter: fields.notAfter,
    publicKey: subjectKey,
    signingKey: await importPrivate(issuerKeyPem),
    signingAlgorithm: ALGORITHM[signingKind],
    extensions: [...fields.extensions, await x509.SubjectKeyIdentifierExtension.create(subjectKey)],
  });
}

/** RFC 5280: a serial number is positive and at most 20 octets. */
function positiveSerial(random: Random): string {
  const bytes = random.bytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

/** Lower-case hex of the DER form's SHA-256: how certificates are named everywhere. */
export function certificateSha256(certificate: x509.X509Certificate): string {
  return createHash("sha256").update(new Uint8Array(certificate.rawData)).digest("hex");
}

/** A distinguished name of one common name; as data, so that no character of it can mean anything else. */
export function commonName(text: string): x509.JsonName {
  return [{ CN: [text.slice(0, 64)] }];
}
