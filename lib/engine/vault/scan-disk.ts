import { zeroId, type BlobId } from "../blocks/blob-id";
import type { BlockHasher } from "../blocks/block-hasher";
import { blockRuns, runsBlockCount, type BlockRun } from "../blocks/block-runs";
import { BLOCK_BYTES, ID_BYTES, PAGE_BYTES, PAGE_CHILDREN } from "../blocks/block-size";
import { readBlocks } from "../blocks/disk-root";
import { noEarlierPage, TreeLevels } from "../blocks/tree-levels";
import type { TreeShape } from "../blocks/tree-shape";
import type { FrozenView } from "../tracking/frozen-view";

/** Blocks between two breaths: some milliseconds of work. */
const BREATH_BLOCKS = 32;

export interface ScanOptions {
  /** Told each lowest page that may hold something, ascending; the page's bytes are overwritten by the next. */
  readonly onPage?: (index: number, page: Buffer, id: BlobId) => Promise<void>;
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
  /** Lets others of this thread have their turn. */
  readonly breathe: () => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** The root of a disk from its bytes, in small steps: for a thread that has other things to do as well. */
export async function scanDisk(
  view: FrozenView,
  shape: TreeShape,
  hasher: BlockHasher,
  options: ScanOptions,
): Promise<{ root: Buffer; bytesRead: number }> {
  const levels = new TreeLevels(shape, hasher, noEarlierPage);
  const runs = blockRuns(view.allocatedExtents(), shape);
  const bytesTotal = runsBlockCount(runs) * BLOCK_BYTES;
  let bytesRead = 0;
  for (const { index, runs: ofPage } of runsByPage(runs)) {
    const page = Buffer.alloc(PAGE_BYTES);
    for (const [block, bytes] of readBlocks(view, shape, ofPage)) {
      hasher.blockId(bytes).copy(page, (block % PAGE_CHILDREN) * ID_BYTES);
      bytesRead += BLOCK_BYTES;
      if ((bytesRead / BLOCK_BYTES) % BREATH_BLOCKS !== 0) continue;
      options.signal?.throwIfAborted();
      options.onProgress(bytesRead, bytesTotal);
      await options.breathe();
    }
    const id = hasher.pageId(1, page);
    await levels.setPage(1, index, id);
    await options.onPage?.(index, page, id);
  }
  const top = (await levels.finish(async () => {})) ?? zeroId();
  options.signal?.throwIfAborted();
  options.onProgress(bytesRead, bytesTotal);
  return { root: hasher.root(shape.virtualSizeBytes, top), bytesRead };
}

/** Runs cut at the borders of lowest pages and gathered by them, ascending. */
function* runsByPage(runs: readonly BlockRun[]): Generator<{ index: number; runs: readonly BlockRun[] }> {
  let index = -1;
  let gathered: BlockRun[] = [];
  for (const { first, end } of runs) {
    for (let at = first; at < end;) {
      const page = Math.floor(at / PAGE_CHILDREN);
      const until = Math.min(end, (page + 1) * PAGE_CHILDREN);
      if (page !== index) {
        if (gathered.length > 0) yield { index, runs: gathered };
        index = page;
        gathered = [];
      }
      gathered.push({ first: at, end: until });
      at = until;
    }
  }
  if (gathered.length > 0) yield { index, runs: gathered };
}
