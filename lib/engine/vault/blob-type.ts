import { BLOCK_BYTES, PAGE_BYTES } from "../blocks/block-size";
import type { PackKind } from "./object-names";

/** As written in packs and in additional data (docs/vault-format.md §5). */
export const BLOB_TYPE = { block: 1, page: 2, group: 3 } as const;
/** What a pack holds: blocks, pages, or groups of blocks that were compressed together. */
export type PackType = keyof typeof BLOB_TYPE;
/** What is sealed one by one. */
export type BlobType = Exclude<PackType, "group">;

export function plainLength(type: BlobType): number {
  return type === "block" ? BLOCK_BYTES : PAGE_BYTES;
}

export function packKindOf(type: PackType): PackKind {
  return type === "page" ? "tree" : "data";
}

/** Null for a type that a later version of the format may have. */
export function packTypeOf(byte: number | undefined): PackType | null {
  if (byte === BLOB_TYPE.block) return "block";
  if (byte === BLOB_TYPE.page) return "page";
  return byte === BLOB_TYPE.group ? "group" : null;
}
