import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { assert } from "@/lib/kernel/assert";
import type { Disk } from "./disk";
import { diskTooLargeForFormat } from "./disk-faults";
import { guidText, NO_GUID } from "./guid";
import { baseNameOf } from "./image-folder";
import { openDisk } from "./open-disk";
import type { FileSystem, RandomAccessFile } from "./random-access-file";
import { BLOCK_FULL, chunkRatioOf, encodeEntry, ENTRY_BYTES, tableEntriesOf } from "./vhdx-block-table";
import { MIB, VHDX_SIGNATURE, writeNewHeaders } from "./vhdx-header";
import { encodeMetadata, type NewMetadata, VHDX_SIZE_MAX_BYTES } from "./vhdx-metadata";
import { encodeParentLocator } from "./vhdx-parent-locator";
import { writeRegionTables } from "./vhdx-regions";

const LOG = { offsetBytes: MIB, lengthBytes: MIB };
const METADATA = { offsetBytes: 2 * MIB, lengthBytes: MIB };
const BAT_OFFSET = 3 * MIB;
const SMALL_BLOCK_BYTES = 2 * MIB;
const LARGE_BLOCK_BYTES = 32 * MIB;
/** Up to here small blocks, which keep sparse disks small; beyond, the table stays below 16 MiB with large ones. */
const SMALL_BLOCKS_UP_TO_BYTES = 2 * 2 ** 40;

export interface NewVhdx {
  /** A multiple of the logical sector, at most 64 TiB. */
  readonly virtualSizeBytes: number;
  /** A UUID: the virtual disk's id; the file's other ids are derived from it. */
  readonly uniqueId: string;
  /** A power of two from 1 to 256 MiB. Default: 2 MiB, for disks over 2 TiB 32 MiB (what Windows makes). */
  readonly blockBytes?: number;
  /** Default: 512. */
  readonly logicalSectorBytes?: 512 | 4096;
}

/**
 * A VHDX that reads zero everywhere, fixed (all blocks in the file, as holes) or dynamic (none). The file must not exist.
 * Open for writing. Faults: DiskTooLargeForFormat, and those of `FileSystem.create`.
 */
export function createVhdx(fileSystem: FileSystem, path: string, type: "fixed" | "dynamic", vhdx: NewVhdx): Disk {
  const metadata = metadataOf(path, vhdx, { leaveBlocksAllocated: type === "fixed", parentLocator: null });
  return create(fileSystem, path, metadata, vhdx.uniqueId);
}

/**
 * A differencing VHDX that holds nothing yet and reads as `parent` does, a VHDX in the same folder. From now on the parent
 * must not be written: its ids would change, and the child would no longer open.
 */
export function createDifferencingVhdx(
  fileSystem: FileSystem,
  path: string,
  parent: Pick<Disk, "file" | "linkageId" | "virtualSizeBytes" | "logicalSectorBytes">,
  child: Pick<NewVhdx, "uniqueId" | "blockBytes">,
): Disk {
  const { linkageId, virtualSizeBytes, logicalSectorBytes } = parent;
  assert(linkageId !== undefined, `${parent.file.path} cannot be the parent of a VHDX`);
  const locator = encodeParentLocator(linkageId, baseNameOf(parent.file.path));
  const vhdx = { ...child, virtualSizeBytes, logicalSectorBytes: logicalSectorBytes === 4096 ? 4096 : 512 } as const;
  const metadata = metadataOf(path, vhdx, { leaveBlocksAllocated: false, parentLocator: locator });
  return create(fileSystem, path, metadata, child.uniqueId);
}

function metadataOf(
  path: string,
  vhdx: NewVhdx,
  rest: Pick<NewMetadata, "leaveBlocksAllocated" | "parentLocator">,
): NewMetadata {
  const { virtualSizeBytes, logicalSectorBytes = 512 } = vhdx;
  assert(virtualSizeBytes > 0 && virtualSizeBytes % logicalSectorBytes === 0, `not a disk size: ${virtualSizeBytes}`);
  if (virtualSizeBytes > VHDX_SIZE_MAX_BYTES) throw diskTooLargeForFormat(path, virtualSizeBytes, VHDX_SIZE_MAX_BYTES);
  const small = virtualSizeBytes <= SMALL_BLOCKS_UP_TO_BYTES;
  return {
    ...rest,
    virtualSizeBytes,
    blockBytes: vhdx.blockBytes ?? (small ? SMALL_BLOCK_BYTES : LARGE_BLOCK_BYTES),
    logicalSectorBytes,
    physicalSectorBytes: 4096,
    virtualDiskId: vhdx.uniqueId.toLowerCase(),
  };
}

function create(fileSystem: FileSystem, path: string, metadata: NewMetadata, uniqueId: string): Disk {
  const file = fileSystem.create(path);
  try {
    writeStructures(file, metadata, uniqueId);
  } finally {
    file.close();
  }
  return openDisk(fileSystem, path, "readwrite");
}

function writeStructures(file: RandomAccessFile, metadata: NewMetadata, uniqueId: string): void {
  const blockCount = Math.ceil(metadata.virtualSizeBytes / metadata.blockBytes);
  const chunkRatio = chunkRatioOf(metadata);
  const entries = tableEntriesOf(blockCount, chunkRatio, metadata.parentLocator !== null);
  const bat = { offsetBytes: BAT_OFFSET, lengthBytes: Math.ceil((entries * ENTRY_BYTES) / MIB) * MIB };
  const firstBlock = bat.offsetBytes + bat.lengthBytes;
  const isFixed = metadata.leaveBlocksAllocated;
  file.truncate(firstBlock + (isFixed ? blockCount * metadata.blockBytes : 0));
  if (isFixed) writeFullTable(file, bat.offsetBytes, { firstBlock, blockCount, chunkRatio, ...metadata });
  file.write(METADATA.offsetBytes, encodeMetadata(metadata));
  writeRegionTables(file, bat, METADATA);
  writeNewHeaders(file, {
    sequence: 1n,
    fileWriteGuid: derivedGuid(uniqueId, "file"),
    dataWriteGuid: derivedGuid(uniqueId, "data"),
    logGuid: NO_GUID,
    logOffset: LOG.offsetBytes,
    logBytes: LOG.lengthBytes,
  });
  // Last: a file cut off by a kill is then no disk image, instead of a damaged one.
  file.write(0, Buffer.concat([Buffer.from(VHDX_SIGNATURE, "latin1"), Buffer.from("Secondsite", "utf16le")]));
}

interface FullTable {
  readonly firstBlock: number;
  readonly blockCount: number;
  readonly blockBytes: number;
  readonly chunkRatio: number;
}

/** Chunk by chunk, with the empty entry of each chunk's bitmap between. */
function writeFullTable(file: RandomAccessFile, tableOffset: number, table: FullTable): void {
  const { firstBlock, blockCount, blockBytes, chunkRatio } = table;
  for (let first = 0; first < blockCount; first += chunkRatio) {
    const count = Math.min(chunkRatio, blockCount - first);
    const entries = Array.from({ length: count }, (_, index) =>
      encodeEntry(firstBlock + (first + index) * blockBytes, BLOCK_FULL),
    );
    file.write(tableOffset + (first + first / chunkRatio) * ENTRY_BYTES, Buffer.concat(entries));
  }
}

function derivedGuid(uniqueId: string, what: string): string {
  const digest = createHash("sha256").update(`${what} ${uniqueId.toLowerCase()}`).digest();
  digest.writeUInt8((digest.readUInt8(7) & 0x0f) | 0x40, 7);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return guidText(digest, 0);
}
