import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { crc32cWithout } from "./crc32c";
import { guidBytes, guidText, NO_GUID } from "./guid";
import type { RandomAccessFile } from "./random-access-file";
import { vhdxChecksumMismatch, vhdxDamaged, vhdxTruncated, vhdxUnsupported } from "./vhdx-faults";

/**
 * The header section of a VHDX: the file's mark, two headers of which the newer valid one counts, two region tables.
 * Little-endian. Source: [MS-VHDX] 2.2.
 */
export const MIB = 2 ** 20;
export const VHDX_SIGNATURE = "vhdxfile";
/** Nothing else lies below this offset. */
export const HEADER_SECTION_BYTES = MIB;
const HEADER_OFFSETS = [65_536, 131_072] as const;
const HEADER_BYTES = 4096;
const CHECKSUM_OFFSET = 4;

export interface VhdxHeader {
  readonly sequence: bigint;
  /** New at the first change of the file after each open. */
  readonly fileWriteGuid: string;
  /** New at the first change of what a guest can read, after each open: what children know their parent by. */
  readonly dataWriteGuid: string;
  /** `NO_GUID`: there is nothing in the log. */
  readonly logGuid: string;
  readonly logOffset: number;
  readonly logBytes: number;
}

export function encodeVhdxHeader(header: VhdxHeader): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write("head", 0, "latin1");
  bytes.writeBigUInt64LE(header.sequence, 8);
  guidBytes(header.fileWriteGuid).copy(bytes, 16);
  guidBytes(header.dataWriteGuid).copy(bytes, 32);
  guidBytes(header.logGuid).copy(bytes, 48);
  bytes.writeUInt16LE(0, 64);
  bytes.writeUInt16LE(1, 66);
  bytes.writeUInt32LE(header.logBytes, 68);
  bytes.writeBigUInt64LE(BigInt(header.logOffset), 72);
  bytes.writeUInt32LE(crc32cWithout(bytes, CHECKSUM_OFFSET), CHECKSUM_OFFSET);
  return bytes;
}

/** Both headers of a new file. */
export function writeNewHeaders(file: RandomAccessFile, header: VhdxHeader): void {
  HEADER_OFFSETS.forEach((offset, index) =>
    file.write(offset, encodeVhdxHeader({ ...header, sequence: header.sequence + BigInt(index) })),
  );
}

/** The header that counts, and how it is replaced. One instance for each file that is open for writing. */
export class VhdxHeaders {
  readonly #file: RandomAccessFile;
  #current: VhdxHeader;
  #slot: 0 | 1;

  /** Faults: VhdxTruncated, VhdxChecksumMismatch, VhdxDamaged, VhdxUnsupported. */
  constructor(file: RandomAccessFile) {
    this.#file = file;
    const first = readHeader(file, HEADER_OFFSETS[0]);
    const second = readHeader(file, HEADER_OFFSETS[1]);
    const bothValid = first instanceof Buffer && second instanceof Buffer;
    if (bothValid && sequenceOf(first) === sequenceOf(second) && !first.equals(second)) {
      throw vhdxDamaged(file.path, "its two headers have the same number and different content");
    }
    const secondIsNewer =
      second instanceof Buffer && (!(first instanceof Buffer) || sequenceOf(second) > sequenceOf(first));
    this.#slot = secondIsNewer ? 1 : 0;
    this.#current = parseHeader(file.path, secondIsNewer ? second : first);
  }

  get current(): VhdxHeader {
    return this.#current;
  }

  /**
   * Replaces the older header, then the other one, so that both are valid and new at the end; at every instant the newest
   * valid one is either the old or the new state. Durable when it returns.
   */
  update(change: Partial<Pick<VhdxHeader, "fileWriteGuid" | "dataWriteGuid" | "logGuid">>): void {
    for (let round = 0; round < 2; round++) {
      const next = { ...this.#current, ...change, sequence: this.#current.sequence + 1n };
      const slot = this.#slot === 0 ? 1 : 0;
      this.#file.write(HEADER_OFFSETS[slot], encodeVhdxHeader(next));
      this.#file.sync();
      this.#current = next;
      this.#slot = slot;
    }
  }

  /**
   * A GUID that this state of the file has never had. Derived instead of random, so that a seed replays a run; from the
   * old one, the count of changes and what is about to be written, so that two copies of a file part ways.
   */
  derivedGuid(old: string, what: string, about: Uint8Array): string {
    const digest = createHash("sha256")
      .update(`${what} ${old} ${this.#current.sequence} ${this.#file.path} ${this.#file.sizeBytes()} `)
      .update(about)
      .digest();
    digest.writeUInt8((digest.readUInt8(7) & 0x0f) | 0x40, 7);
    digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
    return guidText(digest, 0);
  }
}

/** A string: why it is not valid. */
function readHeader(file: RandomAccessFile, offset: number): Buffer | "absent" | "checksum" {
  const bytes = Buffer.alloc(HEADER_BYTES);
  if (file.read(offset, bytes) !== bytes.length) throw vhdxTruncated(file.path, "it ends before its headers");
  if (bytes.toString("latin1", 0, 4) !== "head") return "absent";
  return bytes.readUInt32LE(CHECKSUM_OFFSET) === crc32cWithout(bytes, CHECKSUM_OFFSET) ? bytes : "checksum";
}

function sequenceOf(header: Buffer): bigint {
  return header.readBigUInt64LE(8);
}

function parseHeader(path: string, header: Buffer | "absent" | "checksum"): VhdxHeader {
  if (header === "checksum") throw vhdxChecksumMismatch(path, "headers");
  if (header === "absent") throw vhdxDamaged(path, "it has no headers");
  const version = header.readUInt16LE(66);
  if (version !== 1) throw vhdxUnsupported(path, `has format version ${version}`);
  const logGuid = guidText(header, 48);
  const logVersion = header.readUInt16LE(64);
  if (logVersion !== 0 && logGuid !== NO_GUID) throw vhdxUnsupported(path, `has a log of version ${logVersion}`);
  const logBytes = header.readUInt32LE(68);
  const logOffset = header.readBigUInt64LE(72);
  const placed = logOffset % BigInt(MIB) === 0n && logOffset >= BigInt(MIB) && logOffset < 2n ** 50n;
  if (logBytes % MIB !== 0 || (logBytes > 0 && !placed)) {
    throw vhdxDamaged(path, `its log cannot have ${logBytes} bytes at offset ${logOffset}`);
  }
  return {
    sequence: sequenceOf(header),
    fileWriteGuid: guidText(header, 16),
    dataWriteGuid: guidText(header, 32),
    logGuid,
    logOffset: Number(logOffset),
    logBytes,
  };
}
