import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { hashRaw } from "@node-rs/argon2";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { checkPassphrase } from "./passphrase";
import { deriveVaultKeys, KEY_BYTES, type VaultKeys } from "./vault-keys";

/** What opening costs an honest user and a guesser alike. */
export interface KdfCost {
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** RFC 9106, second recommended option (64 MiB, 3 passes), with one lane: about 0.15 s on a small machine. */
export const KDF_COST: KdfCost = { memoryKiB: 65_536, iterations: 3, parallelism: 1 };

/** Beyond these an envelope is an attack on whoever opens it, not a stronger lock. */
const KDF_COST_MAX: KdfCost = { memoryKiB: 1_048_576, iterations: 64, parallelism: 16 };

const ENVELOPE_BYTES_MAX = 4_096;
const TAG_BYTES = 16;
/** `Algorithm.Argon2id` of the package; its const enum cannot be imported with isolatedModules. */
const ARGON2ID = 2;

export interface KeyEnvelope {
  /** `keys/<sha256 of bytes>`. */
  readonly name: string;
  readonly bytes: Buffer;
}

interface ParsedEnvelope extends KdfCost {
  readonly purpose: EnvelopePurpose;
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly sealed: Buffer;
}

/** A new vault's keys, and the envelope to store. Refuses a weak passphrase (PassphraseTooShort, PassphraseNotAscii). */
export async function createVaultKeys(
  passphrase: string,
  random: Random,
  cost: KdfCost = KDF_COST,
): Promise<{ keys: VaultKeys; envelope: KeyEnvelope }> {
  const keys = deriveVaultKeys(random.bytes(KEY_BYTES));
  return { keys, envelope: await wrapVaultKeys(keys, passphrase, random, cost) };
}

/** Whose passphrase opens an envelope: the one that people use, or the one that lies in a safe. */
export type EnvelopePurpose = "primary" | "recovery";

/** A further envelope for the same keys: that is how a passphrase is changed, and how a second one comes to be. */
export async function wrapVaultKeys(
  keys: VaultKeys,
  passphrase: string,
  random: Random,
  cost: KdfCost = KDF_COST,
  purpose: EnvelopePurpose = "primary",
): Promise<KeyEnvelope> {
  checkPassphrase(passphrase);
  const salt = random.bytes(16);
  const nonce = random.bytes(12);
  const wrapping = await deriveWrappingKey(passphrase, salt, cost);
  const cipher = createCipheriv("aes-256-gcm", wrapping, nonce);
  cipher.setAAD(envelopeContext(cost, salt, purpose));
  const sealed = Buffer.concat([cipher.update(keys.master), cipher.final(), cipher.getAuthTag()]);
  const text = JSON.stringify({
    format: "secondsite-key",
    version: 1,
    ...(purpose === "recovery" ? { purpose } : {}),
    kdf: { name: "argon2id", ...cost, salt: salt.toString("base64") },
    wrap: { name: "aes-256-gcm", nonce: nonce.toString("base64"), sealed: sealed.toString("base64") },
  });
  const bytes = Buffer.from(text, "utf8");
  return { name: `keys/${sha256(bytes)}`, bytes };
}

/**
 * The keys that an envelope holds. Faults: `WrongPassphrase`; `KeyEnvelopeDamaged` when the bytes are not what the
 * name says or not an envelope, so that nobody is told to look for a better passphrase when the file is the matter.
 */
export async function openKeyEnvelope(envelope: KeyEnvelope, passphrase: string): Promise<VaultKeys> {
  if (envelope.name !== `keys/${sha256(envelope.bytes)}`) throw damaged("its content does not match its name");
  const parsed = parseEnvelope(envelope.bytes);
  const wrapping = await deriveWrappingKey(passphrase, parsed.salt, parsed);
  const decipher = createDecipheriv("aes-256-gcm", wrapping, parsed.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(envelopeContext(parsed, parsed.salt, parsed.purpose));
  decipher.setAuthTag(parsed.sealed.subarray(KEY_BYTES));
  const master = decipher.update(parsed.sealed.subarray(0, KEY_BYTES));
  try {
    decipher.final();
  } catch (cause) {
    throw new Fault(
      {
        code: "WrongPassphrase",
        message: "The passphrase does not open this vault.",
        possibleCauses: "It was mistyped, it belongs to another vault, or it has been changed since.",
        recommendedAction:
          "Enter the passphrase that was chosen for this vault. Without it the replicated data cannot be read by anyone.",
      },
      { cause },
    );
  }
  return deriveVaultKeys(master);
}

/** As it says of itself; opening it proves it. @throws Fault KeyEnvelopeDamaged */
export function purposeOf(envelope: KeyEnvelope): EnvelopePurpose {
  return parseEnvelope(envelope.bytes).purpose;
}

/** The keys by whichever of the envelopes the passphrase opens. @throws Fault WrongPassphrase, KeyEnvelopeDamaged */
export async function openAnyEnvelope(
  envelopes: readonly KeyEnvelope[],
  passphrase: string,
): Promise<{ keys: VaultKeys; envelope: KeyEnvelope }> {
  let failure: unknown = damaged("there is none");
  for (const envelope of envelopes) {
    try {
      return { keys: await openKeyEnvelope(envelope, passphrase), envelope };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function deriveWrappingKey(passphrase: string, salt: Buffer, cost: KdfCost): Promise<Buffer> {
  return hashRaw(passphrase, {
    algorithm: ARGON2ID,
    memoryCost: cost.memoryKiB,
    timeCost: cost.iterations,
    parallelism: cost.parallelism,
    outputLen: KEY_BYTES,
    salt,
  });
}

function envelopeContext(cost: KdfCost, salt: Buffer, purpose: EnvelopePurpose): Buffer {
  const kdf = `argon2id/${cost.memoryKiB}/${cost.iterations}/${cost.parallelism}/${salt.toString("base64")}`;
  return Buffer.from(`secondsite-key/1/${kdf}${purpose === "recovery" ? "/recovery" : ""}`);
}

function parseEnvelope(bytes: Buffer): ParsedEnvelope {
  if (bytes.length > ENVELOPE_BYTES_MAX) throw damaged("it is far too large");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw damaged("it is not JSON", cause);
  }
  const top = record(value);
  if (top["format"] !== "secondsite-key" || top["version"] !== 1)
    throw damaged("it is of an unknown format or version");
  const kdf = record(top["kdf"]);
  const wrap = record(top["wrap"]);
  if (kdf["name"] !== "argon2id" || wrap["name"] !== "aes-256-gcm") throw damaged("it names an unknown algorithm");
  return {
    purpose: top["purpose"] === "recovery" ? "recovery" : "primary",
    memoryKiB: boundedInteger(kdf["memoryKiB"], KDF_COST_MAX.memoryKiB),
    iterations: boundedInteger(kdf["iterations"], KDF_COST_MAX.iterations),
    parallelism: boundedInteger(kdf["parallelism"], KDF_COST_MAX.parallelism),
    salt: exactBytes(kdf["salt"], 16),
    nonce: exactBytes(wrap["nonce"], 12),
    sealed: exactBytes(wrap["sealed"], KEY_BYTES + TAG_BYTES),
  };
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged("a part of it is missing");
  return value as Record<string, unknown>;
}

function boundedInteger(value: unknown, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > max) {
    throw damaged("a parameter of its key derivation is missing or beyond what is accepted");
  }
  return value;
}

function exactBytes(value: unknown, length: number): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value, "base64") : Buffer.alloc(0);
  if (bytes.length !== length) throw damaged("a part of it has the wrong length");
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function damaged(what: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "KeyEnvelopeDamaged",
      message: `The vault's key file cannot be used: ${what}.`,
      possibleCauses: "The file was altered, or damaged on its medium or on the way.",
      recommendedAction:
        "Restore the file under keys/ from a copy of the storage account. The passphrase alone cannot replace it.",
    },
    { cause },
  );
}
