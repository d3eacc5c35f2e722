import { assert } from "@/lib/kernel/assert";
import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { isZeroId } from "../blocks/blob-id";
import { addBlock, type BlockRun, type GrowingRuns } from "../blocks/block-runs";
import { BLOCK_BYTES, ID_BYTES, PAGE_CHILDREN } from "../blocks/block-size";
import { blockLengthBytes, type TreeShape } from "../blocks/tree-shape";
import { createDisk } from "../disk/create-disk";
import type { Disk } from "../disk/disk";
import { fileAlreadyExists } from "../disk/file-faults";
import type { FileSystem } from "../disk/random-access-file";
import type { WantedBlock } from "./blob-reader";
import type { PointDisk } from "./point-object";
import { readBack, runsBytes, type ReadBack } from "./read-back";
import { inOrder, type RestoreHands } from "./restore-hands";
import { children, type TreeReader } from "./tree-reader";
import type { VaultContext } from "./vault-faults";
import { treeOfDisk, type VaultReader } from "./vault-reader";

/** What one hand takes at a time: 16 MiB, as they were replicated, hence mostly neighbours in one pack. */
const UNIT_BLOCKS = 256;
const SYNC_BYTES = 128 * 1024 * 1024;

export interface MaterialiseProgress {
  readonly phase: "writing" | "verifying";
  readonly bytesDone: number;
  /** Of the phase; while writing it grows as the tree is read. */
  readonly bytesTotal: number;
}

export type MaterialiseFormat = "vhd-fixed" | "vhd-dynamic" | "vhdx-fixed" | "vhdx-dynamic";

export interface MaterialiseRequest {
  readonly vault: VaultReader;
  readonly disk: PointDisk;
  readonly context: VaultContext;
  readonly fileSystem: FileSystem;
  /**
   * Appears when it is whole and verified, never before: until then the file is `<targetPath>.partial`, which is removed on
   * failure and on abort, and replaced when a killed process left one.
   */
  readonly targetPath: string;
  /** Replace what an earlier run has made there. Otherwise that is the fault FileExists. */
  readonly replace?: boolean;
  /** What Azure takes is a fixed VHD; the others are for giving a disk back to its own host. */
  readonly format: MaterialiseFormat;
  readonly random: Random;
  readonly clock: Clock;
  readonly onProgress?: (progress: MaterialiseProgress) => void;
  readonly signal?: AbortSignal;
  /** Without them, and for other formats than the fixed VHD, the calling thread does all the work. */
  readonly hands?: RestoreHands;
}

export interface Materialised {
  /** Computed from what was read back from the file, not from the vault; equals the point's root. Hex. */
  readonly root: string;
  readonly bytesWritten: number;
  /** Bytes read back. */
  readonly bytesVerified: number;
  /** "allocation": holes are proven by what the file system allocated; "read": the whole file was read. */
  readonly holesProvenBy: "allocation" | "read";
  readonly seconds: number;
}

/**
 * A recovery point's disk as a file of the wanted format (for Azure a fixed VHD): holes where it is zero, written, synced, then read back and hashed from the
 * bottom. Faults: those of reading the vault (each names machine, point and pack), those of the file system (StorageFull),
 * RestoredDiskDiffers.
 */
export async function materialise(asked: MaterialiseRequest): Promise<Materialised> {
  // Hands write one file at their own offsets; a format with tables of its own has one writer.
  const { hands, ...rest } = asked;
  const request = asked.format === "vhd-fixed" && hands !== undefined ? { ...rest, hands } : rest;
  const startedMs = request.clock.monotonicMs();
  const { fileSystem, targetPath } = request;
  if (request.replace !== true && fileSystem.exists(targetPath)) throw fileAlreadyExists(targetPath);
  const path = `${targetPath}.partial`;
  fileSystem.remove(path);
  try {
    const { tree, shape } = treeOfDisk(request.vault, request.disk, request.context);
    const written = await writeFile(request, path, tree, shape);
    const verified = await verifyFile(request, path, written, shape);
    fileSystem.rename(path, targetPath);
    const seconds = (request.clock.monotonicMs() - startedMs) / 1_000;
    return { ...verified, bytesWritten: runsBytes(written, shape), seconds };
  } catch (error) {
    fileSystem.remove(path);
    throw error;
  }
}

async function writeFile(
  request: MaterialiseRequest,
  path: string,
  tree: TreeReader,
  shape: TreeShape,
): Promise<BlockRun[]> {
  const vhd = createDisk(request.fileSystem, path, request.format, {
    virtualSizeBytes: request.disk.virtualSizeBytes,
    uniqueId: request.random.uuid(),
    createdAt: request.clock.now(),
  });
  try {
    if (request.hands !== undefined) return await writeByHands(request, request.hands, path, tree);
    const written = await writeBlocks(request, vhd, tree, shape);
    vhd.sync();
    return written;
  } finally {
    vhd.close();
  }
}

/**
 * Units go out in the order of the disk. What is written is synced now and then while the next is being made, so that the
 * medium does not have to take everything at the end.
 */
async function writeByHands(
  request: MaterialiseRequest,
  hands: RestoreHands,
  path: string,
  tree: TreeReader,
): Promise<BlockRun[]> {
  const written: GrowingRuns = [];
  const progress = { bytesDone: 0, bytesTotal: 0 };
  let syncing: Promise<void> = Promise.resolve();
  let syncedBytes = 0;
  const units = async function* (): AsyncGenerator<WantedBlock[]> {
    for await (const { index, page } of tree.lowestPages()) {
      request.signal?.throwIfAborted();
      const wanted = wantedBlocks(index, page, written);
      progress.bytesTotal += wanted.length * BLOCK_BYTES;
      for (let at = 0; at < wanted.length; at += UNIT_BLOCKS) yield wanted.slice(at, at + UNIT_BLOCKS);
    }
  };
  try {
    for await (const [unit] of inOrder(units(), hands.appetite, (wanted) => hands.write(path, wanted))) {
      progress.bytesDone += unit.length * BLOCK_BYTES;
      request.onProgress?.({ phase: "writing", ...progress });
      if (progress.bytesDone - syncedBytes < SYNC_BYTES) continue;
      syncedBytes = progress.bytesDone;
      syncing = syncing.then(() => hands.sync(path));
      syncing.catch(() => undefined);
    }
  } finally {
    await syncing;
  }
  await hands.sync(path);
  return written;
}

async function writeBlocks(
  request: MaterialiseRequest,
  vhd: Disk,
  tree: TreeReader,
  shape: TreeShape,
): Promise<BlockRun[]> {
  const written: GrowingRuns = [];
  let bytesDone = 0;
  let bytesTotal = 0;
  for await (const { index, page } of tree.lowestPages()) {
    request.signal?.throwIfAborted();
    const wanted = wantedBlocks(index, page, written);
    bytesTotal += wanted.length * BLOCK_BYTES;
    const write = (blockIndex: number, block: Buffer) => {
      vhd.write(blockIndex * BLOCK_BYTES, block.subarray(0, blockLengthBytes(shape, blockIndex)));
      bytesDone += BLOCK_BYTES;
    };
    await request.vault.blobs.blocks(wanted, request.context, write, request.signal);
    request.onProgress?.({ phase: "writing", bytesDone, bytesTotal });
  }
  return written;
}

/** The page's blocks that are not zero; adds them to `runs`. */
function wantedBlocks(pageIndex: number, page: Buffer, runs: GrowingRuns): WantedBlock[] {
  const wanted: WantedBlock[] = [];
  let blockIndex = pageIndex * PAGE_CHILDREN;
  assert(page.length === PAGE_CHILDREN * ID_BYTES, "a page has 1,024 ids");
  for (const id of children(page)) {
    if (!isZeroId(id)) {
      wanted.push({ id, blockIndex });
      addBlock(runs, blockIndex);
    }
    blockIndex += 1;
  }
  return wanted;
}

async function verifyFile(
  request: MaterialiseRequest,
  path: string,
  written: readonly BlockRun[],
  shape: TreeShape,
): Promise<ReadBack> {
  const { fileSystem, disk, vault, signal } = request;
  const proof = await readBack({
    ...{ fileSystem, path, disk, written, shape, keys: vault.keys, format: request.format },
    ...(signal === undefined ? {} : { signal }),
    ...(request.hands === undefined ? {} : { hands: request.hands }),
    onProgress: (bytesDone, bytesTotal) => request.onProgress?.({ phase: "verifying", bytesDone, bytesTotal }),
  });
  if (proof === null) throw differs(request);
  return proof;
}

function differs({ context, targetPath, disk }: MaterialiseRequest): Fault {
  return new Fault({
    code: "RestoredDiskDiffers",
    message: `Disk ${disk.diskId} of ${context.machine}, recovery point ${context.point ?? "?"}, was written to ${targetPath}, but what is read back is not what was written.`,
    possibleCauses: "The disk that holds the target is failing, or another program wrote to the file.",
    recommendedAction:
      "Check that disk and its system log, then try again on another one. The recovery point itself is sound.",
  });
}
