import { BLOCK_BYTES, PAGE_BYTES } from "../blocks/block-size";
import type { PackKind } from "./object-names";

/** As written in packs and in additional data (docs/vault-format.md §5). */
export const BLOB_TYPE = { block: 1, page: 2 } as const;
export type BlobType = keyof typeof BLOB_TYPE;

export function plainLength(type: BlobType): number {
  return type === "block" ? BLOCK_BYTES : PAGE_BYTES;
}

export function packKindOf(type: BlobType): PackKind {
  return type === "block" ? "data" : "tree";
}

export function blobTypeOf(kind: PackKind): BlobType {
  return kind === "data" ? "block" : "page";
}
