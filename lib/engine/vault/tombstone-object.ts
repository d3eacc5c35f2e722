import type { Random } from "@/lib/kernel/random";
import type { VaultKeys } from "../keys/vault-keys";
import { sha256Hex } from "./object-names";
import { openBox, sealBox } from "./sealed-box";

/** Packs that are about to be deleted (docs/vault-format.md §8). */
export interface Tombstone {
  /** When it was made, ISO 8601. */
  readonly at: string;
  readonly packs: readonly string[];
}

export function encodeTombstone(
  tombstone: Tombstone,
  keys: VaultKeys,
  random: Random,
): { name: string; bytes: Buffer } {
  const text = Buffer.from(JSON.stringify({ version: 1, ...tombstone }), "utf8");
  const bytes = sealBox("tombstone", text, keys, random);
  return { name: `tombstones/${sha256Hex(bytes)}`, bytes };
}

/** Null when it was altered or belongs to another vault. */
export function decodeTombstone(bytes: Buffer, keys: VaultKeys): Tombstone | null {
  const text = openBox("tombstone", bytes, keys);
  // The seal proves that our own writer made this text.
  return text === null ? null : (JSON.parse(text.toString("utf8")) as Tombstone);
}
