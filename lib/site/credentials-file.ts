import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import forge from "node-forge";
import { z } from "zod";
import { Fault } from "@/lib/kernel/fault";

/** The credentials file of a site, understood and checked. */
export interface SiteCredentials {
  readonly vaultName: string;
  readonly resourceId: string;
  readonly location: string;
  readonly siteId: string;
  readonly siteName: string;
  /** Origin of the vault's TLS endpoint. */
  readonly endpoint: string;
  readonly managementKey: KeyObject;
  readonly managementCertificate: X509Certificate;
  readonly expiresAt: Date;
  /** PEM certificates that came along: the authorities that the endpoint's certificate may come from. */
  readonly trusted: readonly string[];
}

/** The real file has about 6 KiB. */
const SIZE_LIMIT_CHARACTERS = 256 * 1024;
const FETCH_A_NEW_ONE =
  "Download a new registration key on the vault's Quick Start page and use it within five days, unchanged.";

const text = z.string().trim().min(1);
const Document = z.object({
  RSVaultAsrCreds: z.object({
    VaultDetails: z.object({ ResourceName: text, ResourceId: text, Location: text }),
    ManagementCert: text,
    AadDetails: z.object({ ArmManagementEndpoint: text }),
    SiteId: text,
    SiteName: text,
  }),
});

/**
 * @throws Fault CredentialsFileNotXml, CredentialsFileNotOurs, CredentialsFileDamaged, CredentialsExpired
 */
export function parseCredentialsFile(content: string, now: Date): SiteCredentials {
  const fields = readDocument(content);
  const endpoint = readEndpoint(fields.AadDetails.ArmManagementEndpoint);
  const bags = openPkcs12(fields.ManagementCert);
  const expiresAt = new Date(bags.certificate.validTo);
  if (expiresAt.getTime() <= now.getTime()) throw expired(expiresAt);
  return {
    vaultName: fields.VaultDetails.ResourceName,
    resourceId: fields.VaultDetails.ResourceId,
    location: fields.VaultDetails.Location,
    siteId: fields.SiteId,
    siteName: fields.SiteName,
    endpoint,
    managementKey: bags.key,
    managementCertificate: bags.certificate,
    expiresAt,
    trusted: bags.trusted,
  };
}

function readDocument(content: string) {
  const body = content.replace(/^\uFEFF/, "");
  // A document type can define entities that grow without end; the real file has none.
  const wellFormed =
    body.length <= SIZE_LIMIT_CHARACTERS && !/<!DOCTYPE/i.test(body) && XMLValidator.validate(body) === true;
  if (!wellFormed) throw notXml();
  const parser = new XMLParser({ parseTagValue: false, removeNSPrefix: true, ignoreAttributes: true });
  const document: unknown = parser.parse(body);
  const parsed = Document.safeParse(document);
  if (!parsed.success) throw notOurs(rootOf(document), parsed.error.issues[0]?.path.join("/") ?? "");
  return parsed.data.RSVaultAsrCreds;
}

function rootOf(document: unknown): string {
  const names = typeof document === "object" && document !== null ? Object.keys(document) : [];
  return names.find((name) => name !== "?xml") ?? "";
}

function readEndpoint(value: string): string {
  if (!URL.canParse(value) || new URL(value).protocol !== "https:")
    throw damaged("its endpoint is not an https address");
  return new URL(value).origin;
}

function openPkcs12(base64: string) {
  let key: KeyObject;
  let certificates: X509Certificate[];
  try {
    const asn1 = forge.asn1.fromDer(forge.util.createBuffer(Buffer.from(base64, "base64").toString("binary")));
    const bags = forge.pkcs12.pkcs12FromAsn1(asn1, true, "").safeContents.flatMap((content) => content.safeBags);
    const keyBag = bags.find((bag) => bag.key);
    if (!keyBag?.key) throw new Error("there is no private key in it");
    key = createPrivateKey(forge.pki.privateKeyToPem(keyBag.key));
    certificates = bags
      .filter((bag) => bag.cert)
      .map((bag) => new X509Certificate(forge.pki.certificateToPem(bag.cert as forge.pki.Certificate)));
  } catch (cause) {
    throw damaged("its management certificate cannot be opened", cause);
  }
  const certificate = certificates.find((candidate) => candidate.checkPrivateKey(key));
  if (!certificate) throw damaged("its management key has no certificate");
  const trusted = certificates
    .filter((candidate) => candidate !== certificate)
    .map((candidate) => candidate.toString());
  return { key, certificate, trusted };
}

function notXml(): Fault {
  return new Fault({
    code: "CredentialsFileNotXml",
    message: "This is not a vault credentials file: it is not an XML document.",
    possibleCauses: "Another file was chosen, the download was not complete, or an editor changed it.",
    recommendedAction: FETCH_A_NEW_ONE,
  });
}

function notOurs(root: string, missing: string): Fault {
  const backup = root.startsWith("RSBackup");
  const found = backup
    ? "It is a credentials file of Azure Backup."
    : root === "RSVaultAsrCreds"
      ? `It lacks ${missing.replace("RSVaultAsrCreds/", "")}.`
      : `It is an XML document of the kind '${root.slice(0, 60)}'.`;
  return new Fault({
    code: "CredentialsFileNotOurs",
    message: `This is not the credentials file of a site. ${found}`,
    possibleCauses: "The file belongs to another service, to another kind of site, or was edited.",
    recommendedAction: FETCH_A_NEW_ONE,
  });
}

function damaged(what: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "CredentialsFileDamaged",
      message: `The credentials file is damaged: ${what}.`,
      possibleCauses: "The file was edited, cut short, or altered while it was copied or mailed.",
      recommendedAction: FETCH_A_NEW_ONE,
    },
    { cause },
  );
}

function expired(expiresAt: Date): Fault {
  return new Fault({
    code: "CredentialsExpired",
    message: `The credentials file expired on ${expiresAt.toISOString()}.`,
    possibleCauses: "A credentials file is valid for five days, or the clock of this machine is wrong.",
    recommendedAction: FETCH_A_NEW_ONE,
  });
}
