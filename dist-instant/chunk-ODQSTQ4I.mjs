import {
  BLOCK_BYTES,
  BlockHasher,
  ID_BYTES,
  PAGE_BYTES,
  PAGE_CHILDREN,
  TreeLevels,
  blockRuns,
  noEarlierPage,
  runsBlockCount,
  treeShape,
  zeroId
} from "./chunk-TQ4H22DW.mjs";

// lib/engine/blocks/disk-root.ts
var READ_BLOCKS = 16;
async function rootOfDisk(disk, keys, options = {}) {
  const shape = treeShape(disk.virtualSizeBytes);
  return rootOfRuns(disk, shape, blockRuns(disk.allocatedExtents(), shape), keys, options);
}
async function rootOfRuns(disk, shape, runs, keys, options = {}) {
  const hasher = new BlockHasher(keys);
  const ids = function* () {
    for (const [index, block] of readBlocks(disk, shape, runs)) yield [index, hasher.blockId(block)];
  };
  return rootOfIds(shape, ids(), runs, keys, options);
}
async function rootOfIds(shape, ids, runs, keys, options = {}) {
  const hasher = new BlockHasher(keys);
  const levels = new TreeLevels(shape, hasher, noEarlierPage);
  const page = Buffer.alloc(PAGE_BYTES);
  let pageIndex = -1;
  const bytesTotal = runsBlockCount(runs) * BLOCK_BYTES;
  let bytesRead = 0;
  const closePage = async () => {
    if (pageIndex >= 0) await levels.setPage(1, pageIndex, hasher.pageId(1, page));
  };
  const take = async (index, id) => {
    const wanted = Math.floor(index / PAGE_CHILDREN);
    if (wanted !== pageIndex) {
      await closePage();
      page.fill(0);
      pageIndex = wanted;
      options.signal?.throwIfAborted();
      options.onProgress?.({ bytesRead, bytesTotal });
    }
    options.onBlock?.(index, id);
    id.copy(page, index % PAGE_CHILDREN * ID_BYTES);
    bytesRead += BLOCK_BYTES;
  };
  for await (const [index, id] of ids) await take(index, id);
  await closePage();
  const top = await levels.finish(async () => {
  }) ?? zeroId();
  options.onProgress?.({ bytesRead, bytesTotal });
  return { root: hasher.root(shape.virtualSizeBytes, top), top, bytesRead };
}
function* readBlocks(disk, shape, runs) {
  const buffer = Buffer.alloc(READ_BLOCKS * BLOCK_BYTES);
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
function readBlockRange(disk, shape, first, count, buffer) {
  const bytes = buffer.subarray(0, count * BLOCK_BYTES);
  const available = Math.min(bytes.length, shape.virtualSizeBytes - first * BLOCK_BYTES);
  if (available < bytes.length) bytes.fill(0, available);
  disk.read(first * BLOCK_BYTES, bytes.subarray(0, available));
  return bytes;
}

export {
  rootOfDisk,
  rootOfRuns,
  rootOfIds,
  readBlockRange
};
