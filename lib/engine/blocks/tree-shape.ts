import { assert } from "@/lib/kernel/assert";
import { BLOCK_BYTES, PAGE_CHILDREN } from "./block-size";

/** The shape of a disk's tree follows from its virtual size alone. Level 0 is the blocks, level `height` the one top page. */
export interface TreeShape {
  readonly virtualSizeBytes: number;
  readonly blockCount: number;
  readonly height: number;
}

export function treeShape(virtualSizeBytes: number): TreeShape {
  assert(Number.isSafeInteger(virtualSizeBytes) && virtualSizeBytes > 0, `not a disk size: ${virtualSizeBytes}`);
  const blockCount = Math.ceil(virtualSizeBytes / BLOCK_BYTES);
  let height = 1;
  for (let reach = PAGE_CHILDREN; reach < blockCount; reach *= PAGE_CHILDREN) height += 1;
  return { virtualSizeBytes, blockCount, height };
}

/** Pages of a level; pages that would lie wholly behind the disk's end do not exist. */
export function pageCount(shape: TreeShape, level: number): number {
  return Math.ceil(shape.blockCount / PAGE_CHILDREN ** level);
}

/** Bytes of the disk that block `index` covers: fewer than a block only for the last. */
export function blockLengthBytes(shape: TreeShape, index: number): number {
  return Math.min(BLOCK_BYTES, shape.virtualSizeBytes - index * BLOCK_BYTES);
}
