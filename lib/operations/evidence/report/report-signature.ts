import { createHash, createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import type { AboutReport, Report } from "./report";
import { canonicalJson } from "./canonical-json";

export type ReportFormat = "json" | "html" | "pdf";

/** The key of a vault; see ports/report-keys. */
export interface ReportSigner {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

const Signature = z.strictObject({
  algorithm: z.literal("Ed25519"),
  /** SubjectPublicKeyInfo, DER, base64. */
  publicKey: z.string(),
  /** SHA-256 of it, lower-case hex. */
  fingerprint: z.string(),
  /** 64 bytes, base64. */
  value: z.string(),
});
export type ReportSignature = z.infer<typeof Signature>;

const About = z.strictObject({
  ...{ record: z.string(), vault: z.string(), kind: z.string(), subject: z.string(), outcome: z.string() },
  ...{ requestedBy: z.string(), declaredAt: z.string(), generatedAt: z.string() },
});

/** How the last lines of a file that is not JSON are written: comments of its language. */
const COMMENTS = {
  html: { open: "<!-- ", close: " -->\n" },
  pdf: { open: "% ", close: "\n" },
} as const;
const ABOUT = "secondsite-report-about ";
const SIGNATURE = "secondsite-report-signature ";

/** The bytes of the JSON report: canonical, one line. What is signed is the canonical form of `report` alone. */
export async function signJsonReport(report: Report, signer: ReportSigner): Promise<Uint8Array> {
  const signature = await signatureOver(Buffer.from(canonicalJson(report), "utf8"), signer);
  return Buffer.from(`${canonicalJson({ report, signature })}\n`, "utf8");
}

/** The document, a line that says what it is about, and the signature over everything before it. */
export async function signDocument(
  format: "html" | "pdf",
  document: Uint8Array,
  about: AboutReport,
  signer: ReportSigner,
): Promise<Uint8Array> {
  const signed = Buffer.concat([document, Buffer.from(`\n${comment(format, ABOUT, about)}`, "ascii")]);
  const signature = await signatureOver(signed, signer);
  return Buffer.concat([signed, Buffer.from(comment(format, SIGNATURE, signature), "ascii")]);
}

async function signatureOver(message: Uint8Array, signer: ReportSigner): Promise<ReportSignature> {
  return {
    algorithm: "Ed25519",
    publicKey: Buffer.from(signer.publicKey).toString("base64"),
    fingerprint: fingerprintOf(signer.publicKey),
    value: Buffer.from(await signer.sign(message)).toString("base64"),
  };
}

export function fingerprintOf(publicKey: Uint8Array): string {
  return createHash("sha256").update(publicKey).digest("hex");
}

/** ASCII only, and without what could end a comment early. */
function comment(format: "html" | "pdf", name: string, value: unknown): string {
  const { open, close } = COMMENTS[format];
  const safe = canonicalJson(value).replace(
    /[^\x20-\x7e]|[<>]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${open}${name}${safe}${close}`;
}

export type ReportVerification =
  | {
      readonly isValid: true;
      readonly format: ReportFormat;
      readonly about: AboutReport;
      readonly fingerprint: string;
      /** False: the key is the one in the file, which anybody could have put there. */
      readonly isPinned: boolean;
    }
  | { readonly isValid: false; readonly format: ReportFormat | null; readonly problem: string };

/** The key that the reader expects: its fingerprint, or the key itself (DER). */
export type ExpectedKey = { readonly fingerprint: string } | { readonly publicKey: Uint8Array };

/**
 * Whether the bytes are exactly what was signed: the file may have no byte more, less or different, white space and the
 * signature's own line included.
 */
export function verifyReport(bytes: Uint8Array, expected: ExpectedKey | null = null): ReportVerification {
  const format = formatOf(bytes);
  if (format === null) return { isValid: false, format, problem: "This is not a report of Secondsite." };
  const parts = format === "json" ? partsOfJson(bytes) : partsOfDocument(bytes, format);
  if (typeof parts === "string") return { isValid: false, format, problem: parts };
  const problem = problemOf(parts, expected);
  if (problem !== null) return { isValid: false, format, problem };
  const { about, signature } = parts;
  return { isValid: true, format, about, fingerprint: signature.fingerprint, isPinned: expected !== null };
}

interface SignedParts {
  readonly signed: Uint8Array;
  readonly about: AboutReport;
  readonly signature: ReportSignature;
}

function formatOf(bytes: Uint8Array): ReportFormat | null {
  const start = Buffer.from(bytes.subarray(0, 15)).toString("latin1");
  if (start.startsWith("%PDF-")) return "pdf";
  if (start === "<!doctype html>") return "html";
  return start.startsWith("{") ? "json" : null;
}

const NOT_WHOLE = "The file was changed: its last line is not a signature as Secondsite writes it.";
const NOT_CANONICAL = "The file was changed: it is not written as Secondsite writes it.";

function partsOfJson(bytes: Uint8Array): SignedParts | string {
  const text = Buffer.from(bytes).toString("utf8");
  const found = Envelope.safeParse(jsonOf(text));
  if (!found.success) return NOT_CANONICAL;
  const { report, signature } = found.data;
  const written = Buffer.from(`${canonicalJson({ report, signature })}\n`, "utf8");
  if (!written.equals(bytes)) return NOT_CANONICAL;
  const about = aboutOf(report);
  return about === null ? NOT_CANONICAL : { signed: Buffer.from(canonicalJson(report), "utf8"), about, signature };
}

const Envelope = z.strictObject({
  report: z.object({ format: z.literal("secondsite-failover-report"), version: z.literal(1) }).loose(),
  signature: Signature,
});

function aboutOf(report: unknown): AboutReport | null {
  const found = z
    .object({
      generatedAt: z.string(),
      vault: z.object({ name: z.string() }),
      record: z.object({
        ...{ id: z.string(), kind: z.string(), outcome: z.string(), subject: z.object({ name: z.string() }) },
        people: z.array(z.object({ who: z.string() })),
        times: z.object({ declaredAt: z.string() }),
      }),
    })
    .safeParse(report);
  if (!found.success) return null;
  const { generatedAt, vault, record } = found.data;
  return {
    ...{ record: record.id, vault: vault.name, kind: record.kind, subject: record.subject.name },
    ...{ outcome: record.outcome, requestedBy: record.people[0]?.who ?? "" },
    ...{ declaredAt: record.times.declaredAt, generatedAt },
  };
}

function partsOfDocument(bytes: Uint8Array, format: "html" | "pdf"): SignedParts | string {
  const whole = Buffer.from(bytes);
  const { open } = COMMENTS[format];
  const at = whole.lastIndexOf(`\n${open}${SIGNATURE}`) + 1;
  if (at === 0) return NOT_WHOLE;
  const signature = Signature.safeParse(valueOf(whole.subarray(at), format, SIGNATURE));
  if (!signature.success || comment(format, SIGNATURE, signature.data) !== whole.subarray(at).toString("latin1")) {
    return NOT_WHOLE;
  }
  const signed = whole.subarray(0, at);
  const aboutAt = signed.lastIndexOf(`\n${open}${ABOUT}`) + 1;
  const about = About.safeParse(aboutAt === 0 ? null : valueOf(signed.subarray(aboutAt), format, ABOUT));
  return about.success ? { signed, about: about.data, signature: signature.data } : NOT_WHOLE;
}

function valueOf(line: Buffer, format: "html" | "pdf", name: string): unknown {
  const { open, close } = COMMENTS[format];
  const text = line.toString("latin1");
  const start = open.length + name.length;
  return text.endsWith(close) ? jsonOf(text.slice(start, -close.length)) : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // Said by whoever asked: it is not what it should be.
  }
}

function problemOf({ signed, signature }: SignedParts, expected: ExpectedKey | null): string | null {
  const publicKey = Buffer.from(signature.publicKey, "base64");
  const value = Buffer.from(signature.value, "base64");
  const isExact = publicKey.toString("base64") === signature.publicKey && value.toString("base64") === signature.value;
  if (!isExact || fingerprintOf(publicKey) !== signature.fingerprint) return NOT_WHOLE;
  const wanted = expected && ("fingerprint" in expected ? expected.fingerprint : fingerprintOf(expected.publicKey));
  if (wanted !== null && wanted !== signature.fingerprint) {
    return `The report is signed with another key: ${signature.fingerprint}, not ${wanted}.`;
  }
  return isSignedWith(publicKey, signed, value) ? null : "The file was changed after it had been signed.";
}

function isSignedWith(publicKey: Buffer, signed: Uint8Array, value: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: publicKey, format: "der", type: "spki" });
    return key.asymmetricKeyType === "ed25519" && verify(null, signed, key, value);
  } catch {
    return false; // What is no key has signed nothing.
  }
}
