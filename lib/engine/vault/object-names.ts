import { createHash } from "node:crypto";
import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import { invalidObjectName } from "./object-store";

export type ObjectKind = "keys" | "data" | "tree" | "index" | "points" | "tombstones";
export type PackKind = "data" | "tree";

export interface ParsedObjectName {
  readonly kind: ObjectKind;
  /** SHA-256 of the whole object, lower-case hex. */
  readonly sha256: string;
  /** Of a point only. */
  readonly machineId: string | null;
}

const PATTERNS: readonly { kind: ObjectKind; pattern: RegExp }[] = [
  { kind: "keys", pattern: /^keys\/(?<sha>[0-9a-f]{64})$/ },
  { kind: "data", pattern: /^data\/(?<two>[0-9a-f]{2})\/(?<sha>\k<two>[0-9a-f]{62})$/ },
  { kind: "tree", pattern: /^tree\/(?<two>[0-9a-f]{2})\/(?<sha>\k<two>[0-9a-f]{62})$/ },
  { kind: "index", pattern: /^index\/(?<sha>[0-9a-f]{64})$/ },
  {
    kind: "points",
    pattern: /^points\/(?<machine>[A-Za-z0-9_-][A-Za-z0-9._-]{0,63})\/\d{8}T\d{9}Z-(?<sha>[0-9a-f]{64})$/,
  },
  { kind: "tombstones", pattern: /^tombstones\/(?<sha>[0-9a-f]{64})$/ },
];

/** Null for anything that is not, letter for letter, a name of docs/vault-format.md §2: so no name can leave its folder. */
export function parseObjectName(name: string): ParsedObjectName | null {
  for (const { kind, pattern } of PATTERNS) {
    const groups = pattern.exec(name)?.groups;
    const sha256 = groups?.["sha"];
    if (groups !== undefined && sha256 !== undefined) return { kind, sha256, machineId: groups["machine"] ?? null };
  }
  return null;
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function packName(kind: PackKind, sha256: string): string {
  return `${kind}/${sha256.slice(0, 2)}/${sha256}`;
}

export function isMachineId(machineId: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/.test(machineId);
}

export function pointsPrefix(machineId: string): string {
  assert(isMachineId(machineId), `not a machine id: ${machineId}`);
  return `points/${machineId}/`;
}

export function pointName(machineId: string, at: Date, bytes: Uint8Array): string {
  return `${pointsPrefix(machineId)}${at.toISOString().replace(/[-:.]/g, "")}-${sha256Hex(bytes)}`;
}

/**
 * What a storing side must do before it acknowledges an object that came over a wire: needs no key. Faults:
 * InvalidObjectName; ObjectHashMismatch.
 */
export function verifyReceivedObject(name: string, bytes: Uint8Array): ParsedObjectName {
  const parsed = parseObjectName(name);
  if (parsed === null) throw invalidObjectName(name);
  if (sha256Hex(bytes) !== parsed.sha256) {
    throw new Fault(
      {
        code: "ObjectHashMismatch",
        message: `The object ${name} did not arrive as it was sent.`,
        possibleCauses: "The upload was cut off or altered on the way.",
        recommendedAction:
          "Nothing: the site sends it again. If it goes on, look for a proxy between the site and the vault.",
      },
      { retryable: true },
    );
  }
  return parsed;
}
