import { Buffer } from "node:buffer";
import type { RandomAccessFile } from "./random-access-file";
import { qcow2Damaged, qcow2MarkedCorrupt, qcow2Truncated, qcow2Unsupported } from "./qcow2-faults";

/** The header of a qcow2 image, big-endian. Source: QEMU, docs/interop/qcow2.txt. */
export const QCOW2_MAGIC = "QFI\u00fb";
const HEADER_BYTES_V2 = 72;
const HEADER_BYTES_V3 = 104;
const BACKING_NAME_BYTES_MAX = 1023;
const SIZE_MAX_BYTES = 2n ** 46n; // 64 TiB, as much as any format here has.
/** What QEMU takes at most; the table is read as a whole. */
const L1_BYTES_MAX = 32 * 2 ** 20;

const INCOMPATIBLE = { dirty: 1n, corrupt: 2n, externalData: 4n, compressionType: 8n, extendedL2: 16n } as const;
const EXTENSION_BACKING_FORMAT = 0xe279_2aca;

export interface Qcow2Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  readonly virtualSizeBytes: number;
  readonly l1Offset: number;
  readonly l1Entries: number;
  readonly compression: "deflate" | "zstd";
  /** Entries of 16 bytes, each cluster in 32 subclusters. */
  readonly extendedL2: boolean;
  /** Its reference counts may be wrong: a writer was stopped. They are not needed to read. */
  readonly dirty: boolean;
  readonly backing: { readonly name: string; readonly format: string | null } | null;
}

/** Faults: Qcow2Truncated, Qcow2Damaged, Qcow2Unsupported, Qcow2MarkedCorrupt. */
export function readQcow2Header(file: RandomAccessFile): Qcow2Header {
  const { path } = file;
  const header = Buffer.alloc(HEADER_BYTES_V3 + 1);
  const there = file.read(0, header);
  if (there < HEADER_BYTES_V2) throw qcow2Truncated(path, "it ends within its header");
  const version = header.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw qcow2Unsupported(path, `has format version ${version}`);
  if (version === 3 && there < HEADER_BYTES_V3) throw qcow2Truncated(path, "it ends within its header");
  const clusterBits = header.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw qcow2Unsupported(path, `has clusters of 2^${clusterBits} bytes`);
  const encryption = header.readUInt32BE(32);
  if (encryption !== 0) throw qcow2Unsupported(path, "is encrypted");
  const features = version === 3 ? readFeatures(path, header, clusterBits) : NO_FEATURES;
  const virtualSizeBytes = readSize(path, header.readBigUInt64BE(24));
  const entryBytes = features.extendedL2 ? 16 : 8;
  const l2Covers = 2 ** clusterBits * (2 ** clusterBits / entryBytes);
  const l1Entries = Math.ceil(virtualSizeBytes / l2Covers);
  if (header.readUInt32BE(36) < l1Entries)
    throw qcow2Damaged(
      path,
      `its first table has ${header.readUInt32BE(36)} entries where its size needs ${l1Entries}`,
    );
  return {
    ...features,
    ...{ version, clusterBits, virtualSizeBytes, l1Entries },
    l1Offset: readL1Offset(file, header.readBigUInt64BE(40), l1Entries, clusterBits),
    backing: readBacking(file, header, features.headerBytes, clusterBits),
  };
}

interface Features {
  readonly compression: "deflate" | "zstd";
  readonly extendedL2: boolean;
  readonly dirty: boolean;
  readonly headerBytes: number;
}

const NO_FEATURES: Features = {
  compression: "deflate",
  extendedL2: false,
  dirty: false,
  headerBytes: HEADER_BYTES_V2,
};

function readFeatures(path: string, header: Buffer, clusterBits: number): Features {
  const bits = header.readBigUInt64BE(72);
  const has = (feature: bigint) => (bits & feature) !== 0n;
  if (has(INCOMPATIBLE.corrupt)) throw qcow2MarkedCorrupt(path);
  if (has(INCOMPATIBLE.externalData)) throw qcow2Unsupported(path, "keeps its data in another file");
  const unknown = bits & ~Object.values(INCOMPATIBLE).reduce((all, bit) => all | bit, 0n);
  if (unknown !== 0n) throw qcow2Unsupported(path, `uses features unknown here (0x${unknown.toString(16)})`);
  const headerBytes = header.readUInt32BE(100);
  if (headerBytes < HEADER_BYTES_V3 || headerBytes % 8 !== 0 || headerBytes > 2 ** clusterBits)
    throw qcow2Damaged(path, `its header cannot have ${headerBytes} bytes`);
  const extendedL2 = has(INCOMPATIBLE.extendedL2);
  if (extendedL2 && clusterBits < 14) throw qcow2Damaged(path, "its clusters are too small for subclusters");
  const method = has(INCOMPATIBLE.compressionType) && headerBytes > HEADER_BYTES_V3 ? header.readUInt8(104) : 0;
  if (method > 1) throw qcow2Unsupported(path, `is compressed by method ${method}`);
  return { compression: method === 1 ? "zstd" : "deflate", extendedL2, dirty: has(INCOMPATIBLE.dirty), headerBytes };
}

function readSize(path: string, size: bigint): number {
  if (size === 0n || size % 512n !== 0n || size > SIZE_MAX_BYTES)
    throw qcow2Unsupported(path, `has a size of ${size} bytes`);
  return Number(size);
}

/** The table lies in the file before memory is taken for it. */
function readL1Offset(file: RandomAccessFile, offset: bigint, entries: number, clusterBits: number): number {
  const bytes = entries * 8;
  if (bytes > L1_BYTES_MAX) throw qcow2Unsupported(file.path, `has a first table of ${bytes} bytes`);
  if (offset === 0n || offset % BigInt(2 ** clusterBits) !== 0n)
    throw qcow2Damaged(file.path, `its first table cannot be at offset ${offset}`);
  if (offset + BigInt(bytes) > BigInt(file.sizeBytes()))
    throw qcow2Truncated(file.path, "it ends before its first table does");
  return Number(offset);
}

function readBacking(
  file: RandomAccessFile,
  header: Buffer,
  headerBytes: number,
  clusterBits: number,
): Qcow2Header["backing"] {
  const offset = header.readBigUInt64BE(8);
  const length = header.readUInt32BE(16);
  if (offset === 0n) return null;
  if (length === 0 || length > BACKING_NAME_BYTES_MAX || offset + BigInt(length) > BigInt(2 ** clusterBits))
    throw qcow2Damaged(file.path, "the name of its backing file does not lie in its first cluster");
  const first = Buffer.alloc(Number(offset) + length);
  if (file.read(0, first) !== first.length) throw qcow2Truncated(file.path, "it ends within the backing file's name");
  return {
    name: first.toString("utf8", Number(offset)),
    format: backingFormat(file.path, first.subarray(0, Number(offset)), headerBytes),
  };
}

/** Header extensions lie between header and name: type, length, content padded to eight bytes; type 0 ends them. */
function backingFormat(path: string, first: Buffer, headerBytes: number): string | null {
  let at = headerBytes;
  while (at + 8 <= first.length) {
    const type = first.readUInt32BE(at);
    const length = first.readUInt32BE(at + 4);
    if (type === 0) return null;
    if (at + 8 + length > first.length)
      throw qcow2Damaged(path, "a header extension does not lie in its first cluster");
    if (type === EXTENSION_BACKING_FORMAT) return first.toString("latin1", at + 8, at + 8 + length);
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return null;
}
