import { blockRuns, type BlockRun } from "../blocks/block-runs";
import { BLOCK_BYTES, ID_BYTES } from "../blocks/block-size";
import type { HashKeys } from "../blocks/block-hasher";
import { rootOfIds, rootOfRuns } from "../blocks/disk-root";
import { blockLengthBytes, type TreeShape } from "../blocks/tree-shape";
import type { DiskFormat } from "../disk/disk";
import { openDisk } from "../disk/open-disk";
import type { FileSystem } from "../disk/random-access-file";
import type { PointDisk } from "./point-object";
import { inOrder, type RestoreHands } from "./restore-hands";

/** The VHD's footer, rounded up to what file systems allocate. */
const FOOTER_ALLOCATION_BYTES = 4_096;
const ALLOCATION_BYTES = 4_096;

export interface ReadBackRequest {
  readonly fileSystem: FileSystem;
  readonly path: string;
  readonly disk: PointDisk;
  /** Default: the fixed VHD. */
  readonly format?: DiskFormat;
  /** The blocks that were written; all others must be zero. */
  readonly written: readonly BlockRun[];
  readonly shape: TreeShape;
  readonly keys: HashKeys;
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
  readonly signal?: AbortSignal;
  readonly hands?: RestoreHands;
}

export interface ReadBack {
  /** Computed from the file; equals the point's root. Hex. */
  readonly root: string;
  readonly bytesVerified: number;
  readonly holesProvenBy: "allocation" | "read";
}

/**
 * Hashes what the file holds, opening it anew as the failover will. What was written is read; that nothing else was is
 * proven by the bytes that the file system allocated: since data comes in blocks of 64 KiB, a stray block would
 * show. Where the count proves nothing (a file system that compresses, preallocates or rounds up), all is read. Null when
 * the file is not the point's disk.
 */
export async function readBack(request: ReadBackRequest): Promise<ReadBack | null> {
  const { disk, written, shape, signal } = request;
  const vhd = openDisk(request.fileSystem, request.path, "read");
  try {
    if (vhd.format !== (request.format ?? "vhd-fixed") || vhd.virtualSizeBytes !== disk.virtualSizeBytes) return null;
    const isFlat = vhd.format === "vhd-fixed" || vhd.format === "vhdx-fixed";
    const holesProven = !isFlat || allocationProvesHoles(vhd.file.allocatedBytes(), runsBytes(written, shape));
    // A format with a table says itself what it may hold; all of that is read.
    const held = isFlat ? written : blockRuns(vhd.allocatedExtents(), shape);
    const runs = holesProven ? held : [{ first: 0, end: shape.blockCount }];
    const options = {
      onProgress: (seen: { bytesRead: number; bytesTotal: number }) =>
        request.onProgress(seen.bytesRead, seen.bytesTotal),
      ...(signal === undefined ? {} : { signal }),
    };
    const { root, bytesRead } =
      request.hands === undefined
        ? await rootOfRuns(vhd, shape, runs, request.keys, options)
        : await rootOfIds(shape, idsByHands(request.hands, request.path, runs), runs, request.keys, options);
    if (root.toString("hex") !== disk.root) return null;
    return { root: disk.root, bytesVerified: bytesRead, holesProvenBy: holesProven ? "allocation" : "read" };
  } finally {
    vhd.close();
  }
}

const UNIT_BLOCKS = 256;

async function* idsByHands(
  hands: RestoreHands,
  path: string,
  runs: readonly BlockRun[],
): AsyncGenerator<readonly [number, Buffer]> {
  for await (const [run, ids] of inOrder(piecesOf(runs), hands.appetite, (piece) => hands.hash(path, piece))) {
    for (let index = run.first; index < run.end; index += 1) {
      const at = (index - run.first) * ID_BYTES;
      yield [index, ids.subarray(at, at + ID_BYTES)];
    }
  }
}

function* piecesOf(runs: readonly BlockRun[]): Generator<BlockRun> {
  for (const { first, end } of runs) {
    for (let at = first; at < end; at += UNIT_BLOCKS) yield { first: at, end: Math.min(end, at + UNIT_BLOCKS) };
  }
}

/**
 * At least what was written, or the file system saves space in ways of its own; and less than one block more: the
 * footer, and the file system's own tables where it counts them.
 */
function allocationProvesHoles(allocatedBytes: number, writtenBytes: number): boolean {
  const expected = Math.ceil(writtenBytes / ALLOCATION_BYTES) * ALLOCATION_BYTES + FOOTER_ALLOCATION_BYTES;
  return allocatedBytes >= writtenBytes && allocatedBytes < expected + BLOCK_BYTES - FOOTER_ALLOCATION_BYTES;
}

/** Bytes of the disk that the runs cover. */
export function runsBytes(runs: readonly BlockRun[], shape: TreeShape): number {
  const last = runs.at(-1);
  const whole = runs.reduce((sum, run) => sum + (run.end - run.first) * BLOCK_BYTES, 0);
  return last?.end === shape.blockCount ? whole - BLOCK_BYTES + blockLengthBytes(shape, shape.blockCount - 1) : whole;
}
