import { zeroId, type BlobId } from "./blob-id";
import { BlockHasher, type HashKeys } from "./block-hasher";
import { blockRuns, runsBlockCount, type BlockRun } from "./block-runs";
import { BLOCK_BYTES, ID_BYTES, PAGE_BYTES, PAGE_CHILDREN } from "./block-size";
import type { BlockSource } from "./block-source";
import { noEarlierPage, TreeLevels } from "./tree-levels";
import { treeShape, type TreeShape } from "./tree-shape";

const READ_BLOCKS = 16;

export interface RootOptions {
  readonly onProgress?: (progress: { readonly bytesRead: number; readonly bytesTotal: number }) => void;
  readonly signal?: AbortSignal;
  /** Told the id that each block read really has. */
  readonly onBlock?: (blockIndex: number, id: BlobId) => void;
}

/** Root and top of a disk from its bytes: the evidence that a failover shows. Reads the allocated extents only. */
export async function rootOfDisk(
  disk: BlockSource,
  keys: HashKeys,
  options: RootOptions = {},
): Promise<{ root: Buffer; top: BlobId; bytesRead: number }> {
  const shape = treeShape(disk.virtualSizeBytes);
  return rootOfRuns(disk, shape, blockRuns(disk.allocatedExtents(), shape), keys, options);
}

/** As `rootOfDisk`, where the caller knows that everything outside `runs` is zero. */
export async function rootOfRuns(
  disk: BlockSource,
  shape: TreeShape,
  runs: readonly BlockRun[],
  keys: HashKeys,
  options: RootOptions = {},
): Promise<{ root: Buffer; top: BlobId; bytesRead: number }> {
  const hasher = new BlockHasher(keys);
  const ids = function* (): Generator<readonly [number, BlobId]> {
    for (const [index, block] of readBlocks(disk, shape, runs)) yield [index, hasher.blockId(block)];
  };
  return rootOfIds(shape, ids(), runs, keys, options);
}

/** As `rootOfRuns`, where others have hashed the blocks: `ids` has one for each block of `runs`, in their order. */
export async function rootOfIds(
  shape: TreeShape,
  ids: Iterable<readonly [number, BlobId]> | AsyncIterable<readonly [number, BlobId]>,
  runs: readonly BlockRun[],
  keys: HashKeys,
  options: RootOptions = {},
): Promise<{ root: Buffer; top: BlobId; bytesRead: number }> {
  const hasher = new BlockHasher(keys);
  const levels = new TreeLevels(shape, hasher, noEarlierPage);
  const page = Buffer.alloc(PAGE_BYTES);
  let pageIndex = -1;
  const bytesTotal = runsBlockCount(runs) * BLOCK_BYTES;
  let bytesRead = 0;
  const closePage = async () => {
    if (pageIndex >= 0) await levels.setPage(1, pageIndex, hasher.pageId(1, page));
  };
  const take = async (index: number, id: BlobId): Promise<void> => {
    const wanted = Math.floor(index / PAGE_CHILDREN);
    if (wanted !== pageIndex) {
      await closePage();
      page.fill(0);
      pageIndex = wanted;
      options.signal?.throwIfAborted();
      options.onProgress?.({ bytesRead, bytesTotal });
    }
    options.onBlock?.(index, id);
    id.copy(page, (index % PAGE_CHILDREN) * ID_BYTES);
    bytesRead += BLOCK_BYTES;
  };
  for await (const [index, id] of ids) await take(index, id);
  await closePage();
  const top = (await levels.finish(async () => {})) ?? zeroId();
  options.onProgress?.({ bytesRead, bytesTotal });
  return { root: hasher.root(shape.virtualSizeBytes, top), top, bytesRead };
}

/** What `readBlocks` reads into. */
export const READ_BUFFER_BYTES = READ_BLOCKS * BLOCK_BYTES;

/** Each block of `runs` with its bytes, padded; the bytes are overwritten by the next. `buffer`: READ_BUFFER_BYTES. */
export function* readBlocks(
  disk: BlockSource,
  shape: TreeShape,
  runs: readonly BlockRun[],
  buffer: Buffer = Buffer.alloc(READ_BUFFER_BYTES),
): Generator<readonly [number, Buffer]> {
  for (const run of runs) {
    for (let index = run.first; index < run.end; index += READ_BLOCKS) {
      const count = Math.min(READ_BLOCKS, run.end - index);
      const bytes = readBlockRange(disk, shape, index, count, buffer);
      for (let at = 0; at < count; at++) {
        yield [index + at, bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES)];
      }
    }
  }
}

/** `count` blocks from `first` into the front of `buffer`, padded with zeros behind the disk's end. */
export function readBlockRange(
  disk: BlockSource,
  shape: TreeShape,
  first: number,
  count: number,
  buffer: Buffer,
): Buffer {
  const bytes = buffer.subarray(0, count * BLOCK_BYTES);
  const available = Math.min(bytes.length, shape.virtualSizeBytes - first * BLOCK_BYTES);
  if (available < bytes.length) bytes.fill(0, available);
  disk.read(first * BLOCK_BYTES, bytes.subarray(0, available));
  return bytes;
}
