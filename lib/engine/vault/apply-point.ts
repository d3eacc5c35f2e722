import { Fault } from "@/lib/kernel/fault";
import { isZeroId, zeroId, type BlobId } from "../blocks/blob-id";
import { BlockHasher } from "../blocks/block-hasher";
import { BLOCK_BYTES, ID_BYTES, PAGE_BYTES, PAGE_CHILDREN } from "../blocks/block-size";
import { blockLengthBytes, pageCount, type TreeShape } from "../blocks/tree-shape";
import type { Disk } from "../disk/disk";
import { openDisk } from "../disk/open-disk";
import type { FileIdentity, FileSystem } from "../disk/random-access-file";
import { DirtyBlocks } from "../tracking/dirty-blocks";
import { openFrozenView } from "../tracking/frozen-view";
import type { WantedBlock } from "./blob-reader";
import type { PointDisk } from "./point-object";
import { scanDisk } from "./scan-disk";
import type { TreeReader } from "./tree-reader";
import type { VaultContext } from "./vault-faults";
import { treeOfDisk, type VaultReader } from "./vault-reader";

/** Fetched and written between two looks at the signal: 16 MiB. */
const UNIT_BLOCKS = 256;

export interface ApplyProgress {
  readonly phase: "comparing" | "fetching" | "verifying";
  readonly bytesDone: number;
  /** Of the phase. */
  readonly bytesTotal: number;
}

export interface ApplyRequest {
  readonly vault: VaultReader;
  /** The disk as it is to become. */
  readonly disk: PointDisk;
  readonly context: VaultContext;
  readonly fileSystem: FileSystem;
  /** The disk as it is: an image of any format that can be written, which nobody else has open. */
  readonly path: string;
  readonly onProgress?: (progress: ApplyProgress) => void;
  /** Lets others of this thread have their turn; called every few milliseconds. */
  readonly breathe: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface AppliedDisk {
  /** Computed from what is on the disk at the end; the caller compares it with the point's. Hex. */
  readonly root: string;
  /** Of the disk's own data, read and hashed before anything was fetched. */
  readonly bytesCompared: number;
  /** Of the blocks that differed. */
  readonly bytesWritten: number;
  /** Of the point's data that the disk had already. */
  readonly bytesEqual: number;
  /** The files' as they were read for `root`: whoever takes the image over can see that nobody has written since. */
  readonly identity: FileIdentity;
}

/**
 * Makes an existing disk what a point's is: hashes its blocks, compares them with the point's tree (pages that are equal
 * are passed over whole and not fetched), fetches and writes the blocks that differ, syncs, and reads everything back.
 * Killed at any instant it is simply repeated: what has been written is equal then. Memory: some pages and one bit a
 * block. Faults: DiskSizeDiffers, those of opening and writing the image, ImageChangedWhileReading, those of the vault.
 */
export async function applyPointToDisk(request: ApplyRequest): Promise<AppliedDisk> {
  const { vault, disk, context } = request;
  const { tree, shape } = treeOfDisk(vault, disk, context);
  settleImage(request, shape);
  const found = await compare(request, tree, shape);
  const { bytesCompared, bytesEqual } = found;
  const bytesWritten = await writeDifferences(request, tree, shape, found.differing);
  // What was just compared is what is there, unless something was written since.
  const { root, identity } = bytesWritten === 0 ? found : await scan(request, shape, "verifying");
  return { root: root.toString("hex"), bytesCompared, bytesWritten, bytesEqual, identity };
}

/** Repairs what a killed writer left in the image, and makes durable what an interrupted attempt has written. */
function settleImage({ fileSystem, path, disk }: ApplyRequest, shape: TreeShape): void {
  const image = openDisk(fileSystem, path, "readwrite");
  try {
    if (image.virtualSizeBytes !== shape.virtualSizeBytes) throw sizeDiffers(path, image, disk);
    image.sync();
  } finally {
    image.close();
  }
}

interface Comparison {
  readonly root: Buffer;
  readonly identity: FileIdentity;
  readonly differing: DirtyBlocks;
  readonly bytesCompared: number;
  readonly bytesEqual: number;
}

async function compare(request: ApplyRequest, tree: TreeReader, shape: TreeShape): Promise<Comparison> {
  const differing = new DirtyBlocks();
  let blocksEqual = 0;
  const comparePage = async (index: number, own: Buffer, ownId: BlobId): Promise<void> => {
    const wantedId = (await tree.pageId(1, index)) ?? ZERO_ID;
    if (ownId.equals(wantedId)) {
      blocksEqual += isZeroId(ownId) ? 0 : blocksWithData(own);
      return;
    }
    const wanted = (await tree.page(1, index)) ?? ZERO_PAGE;
    for (let at = 0, block = index * PAGE_CHILDREN; at < PAGE_BYTES; at += ID_BYTES, block += 1) {
      if (own.compare(wanted, at, at + ID_BYTES, at, at + ID_BYTES) !== 0) differing.add(block);
      else if (!isZeroId(wanted.subarray(at, at + ID_BYTES))) blocksEqual += 1;
    }
  };
  let next = 0;
  /** Pages of which the disk has nothing. */
  const compareEmpty = async (until: number): Promise<void> => {
    for (; next < until; next += 1) await comparePage(next, ZERO_PAGE, ZERO_ID);
  };
  const { root, identity, bytesRead } = await scan(request, shape, "comparing", async (index, page, id) => {
    await compareEmpty(index);
    await comparePage(index, page, id);
    next = index + 1;
  });
  await compareEmpty(pageCount(shape, 1));
  return { root, identity, differing, bytesCompared: bytesRead, bytesEqual: blocksEqual * BLOCK_BYTES };
}

/** Reads the whole disk, and notices when somebody writes to it meanwhile. */
async function scan(
  request: ApplyRequest,
  shape: TreeShape,
  phase: ApplyProgress["phase"],
  onPage?: (index: number, page: Buffer, id: BlobId) => Promise<void>,
): Promise<{ root: Buffer; bytesRead: number; identity: FileIdentity }> {
  const { fileSystem, path, vault, breathe, signal } = request;
  const view = openFrozenView(fileSystem, { imagePath: path, preservePath: null });
  try {
    const scanned = await scanDisk(view, shape, new BlockHasher(vault.keys), {
      ...(onPage === undefined ? {} : { onPage }),
      onProgress: (bytesDone, bytesTotal) => request.onProgress?.({ phase, bytesDone, bytesTotal }),
      ...{ breathe, signal },
    });
    return { ...scanned, identity: view.identity };
  } finally {
    view.close();
  }
}

/** Returns the bytes of the blocks written; durable when it returns. */
async function writeDifferences(
  request: ApplyRequest,
  tree: TreeReader,
  shape: TreeShape,
  differing: DirtyBlocks,
): Promise<number> {
  if (differing.count === 0) return 0;
  const bytesTotal = differing.count * BLOCK_BYTES;
  let blocksDone = 0;
  const image = openDisk(request.fileSystem, request.path, "readwrite");
  try {
    for (const unit of unitsOf(differing)) {
      request.signal?.throwIfAborted();
      request.onProgress?.({ phase: "fetching", bytesDone: blocksDone * BLOCK_BYTES, bytesTotal });
      await writeUnit(request, image, tree, shape, unit);
      blocksDone += unit.length;
      await request.breathe();
    }
    request.onProgress?.({ phase: "fetching", bytesDone: bytesTotal, bytesTotal });
    image.sync();
  } finally {
    image.close();
  }
  return bytesTotal;
}

async function writeUnit(
  request: ApplyRequest,
  image: Disk,
  tree: TreeReader,
  shape: TreeShape,
  unit: readonly number[],
): Promise<void> {
  const pageIndex = Math.floor((unit[0] ?? 0) / PAGE_CHILDREN);
  const page = (await tree.page(1, pageIndex)) ?? ZERO_PAGE;
  const write = (blockIndex: number, block: Buffer) =>
    image.write(blockIndex * BLOCK_BYTES, block.subarray(0, blockLengthBytes(shape, blockIndex)));
  const wanted: WantedBlock[] = [];
  for (const blockIndex of unit) {
    const at = (blockIndex % PAGE_CHILDREN) * ID_BYTES;
    const id = page.subarray(at, at + ID_BYTES);
    if (isZeroId(id)) write(blockIndex, ZERO_BLOCK);
    else wanted.push({ id, blockIndex });
  }
  await request.vault.blobs.blocks(wanted, request.context, write, request.signal);
}

/** Ascending, each within one lowest page. */
function* unitsOf(blocks: Iterable<number>): Generator<readonly number[]> {
  let unit: number[] = [];
  let page = -1;
  for (const block of blocks) {
    const owner = Math.floor(block / PAGE_CHILDREN);
    if (unit.length > 0 && (owner !== page || unit.length >= UNIT_BLOCKS)) {
      yield unit;
      unit = [];
    }
    page = owner;
    unit.push(block);
  }
  if (unit.length > 0) yield unit;
}

const ZERO_ID = zeroId();
const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);
const ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES);

function blocksWithData(page: Buffer): number {
  let count = 0;
  for (let at = 0; at < PAGE_BYTES; at += ID_BYTES) if (!isZeroId(page.subarray(at, at + ID_BYTES))) count += 1;
  return count;
}

function sizeDiffers(path: string, image: Disk, disk: PointDisk): Fault {
  return new Fault({
    code: "DiskSizeDiffers",
    message: `'${path}' has ${image.virtualSizeBytes} bytes; disk ${disk.diskId} of the recovery point has ${disk.virtualSizeBytes}.`,
    possibleCauses: "The disk was resized or replaced since it was replicated.",
    recommendedAction: "Give the machine a disk of that size, or let it be created on another host.",
  });
}
