import { Buffer } from "node:buffer";
import type { Disk, Extent } from "@/lib/engine/disk/disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { Fault } from "@/lib/kernel/fault";
import type { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { type Allocations, watchAllocations } from "./allocation-watch";
import type { FuzzRandom } from "./fuzz-random";
import { FOLDER } from "./stored-files";

const PIECE_BYTES_MAX = 65_536;
const SIZE_MAX_BYTES = 64 * 2 ** 40;
/** One buffer may be as large as the files together, and a few fixed ones (a cluster, a block's window, a log) besides. */
const ALLOWED_BYTES = 8 * 2 ** 20;
const ALLOWED_CALLS = 4000;

/** Something that must not be, whatever the input: the run goes red and keeps the input. */
export class FuzzFinding extends Error {
  override readonly name = "FuzzFinding";
}

export interface Verdict {
  /** `read`, `written`, or the code of the fault that ended it, with the phase: `open:VmdkDamaged`. */
  readonly outcome: string;
  readonly calls: number;
  readonly allocations: Allocations;
}

/** Asking where a link leads is how it is found out; following it is another thing. */
function isLinkOut(fileSystem: MemoryFileSystem, call: string, file: string): boolean {
  return call === "open" && fileSystem.medium.links.has(file);
}

function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new FuzzFinding(what);
}

/**
 * Opens, reads and writes one hostile image. Whatever it is, the answer is data or a typed fault; no other error, no work or
 * memory beyond what its files justify, nothing touched outside of its folder; and if it was written, it reads back.
 * @throws FuzzFinding; any error that is no Fault passes through and is a finding too
 */
export function judge(fileSystem: MemoryFileSystem, path: string, random: FuzzRandom): Verdict {
  const fileBytes = [...fileSystem.medium.files.values()].reduce((sum, file) => sum + file.sizeBytes, 0);
  const callsMax = ALLOWED_CALLS + fileBytes / 128;
  fileSystem.calls = 0;
  fileSystem.onCall = (call, file) => {
    const inside = file === FOLDER || (file.startsWith(`${FOLDER}/`) && !file.split("/").includes(".."));
    demand(inside && !isLinkOut(fileSystem, call, file), `${call} of ${file}, outside of the folder`);
    demand(fileSystem.calls < callsMax, `more than ${Math.floor(callsMax)} calls for files of ${fileBytes} bytes`);
  };
  const { result, allocations } = watchAllocations(() => {
    const read = phase("read", () => readPhase(fileSystem, path, random));
    const written = phase("write", () => writePhase(fileSystem, path, random));
    return `${read} ${written}`;
  });
  const { largestBytes } = allocations;
  demand(largestBytes <= fileBytes + ALLOWED_BYTES, `${largestBytes} bytes taken at once for files of ${fileBytes}`);
  return { outcome: result, calls: fileSystem.calls, allocations };
}

function phase(name: string, work: () => void): string {
  try {
    work();
    return `${name}:ok`;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    demand(/^[A-Z][A-Za-z0-9]+$/.test(error.code), `a code like '${error.code}'`);
    demand(error.message.length < 4000 && error.recommendedAction !== "", `the words of ${error.code}`);
    return `${name}:${error.code}`;
  }
}

function withDisk(fileSystem: MemoryFileSystem, path: string, mode: "read" | "readwrite", use: (disk: Disk) => void) {
  const disk = openDisk(fileSystem, path, mode);
  try {
    use(disk);
  } finally {
    disk.close();
  }
}

function readPhase(fileSystem: MemoryFileSystem, path: string, random: FuzzRandom): void {
  withDisk(fileSystem, path, "read", (disk) => {
    const { virtualSizeBytes } = disk;
    demand(Number.isSafeInteger(virtualSizeBytes) && virtualSizeBytes > 0 && virtualSizeBytes % 512 === 0, `a size of ${virtualSizeBytes} bytes`); // prettier-ignore
    demand(virtualSizeBytes <= SIZE_MAX_BYTES || disk.format === "raw", `a size of ${virtualSizeBytes} bytes`);
    const extents = disk.allocatedExtents();
    checkExtents(extents, virtualSizeBytes);
    for (const piece of piecesOf(disk, extents, random)) {
      const bytes = readPiece(disk, piece);
      if (!extents.some((extent) => touches(extent, piece)))
        demand(
          bytes.every((byte) => byte === 0),
          `data at ${piece.offsetBytes}, outside of the extents`,
        );
    }
  });
}

function checkExtents(extents: readonly Extent[], sizeBytes: number): void {
  let end = -1;
  for (const { offsetBytes, lengthBytes } of extents) {
    demand(offsetBytes > end && lengthBytes > 0, `extents out of order at ${offsetBytes}`);
    end = offsetBytes + lengthBytes - 1;
  }
  demand(end < sizeBytes, `an extent that ends at ${end + 1} of ${sizeBytes}`);
}

const touches = (a: Extent, b: Extent): boolean =>
  a.offsetBytes < b.offsetBytes + b.lengthBytes && b.offsetBytes < a.offsetBytes + a.lengthBytes;

/** The ends of the disk, the edges of some extents, and some places anywhere. */
function piecesOf(disk: Disk, extents: readonly Extent[], random: FuzzRandom): Extent[] {
  const size = disk.virtualSizeBytes;
  const edges = extents.slice(0, 4).flatMap((e) => [e.offsetBytes, e.offsetBytes + e.lengthBytes]);
  const anywhere = Array.from({ length: 4 }, () => Math.floor((random.u32() / 2 ** 32) * (size / 512)) * 512);
  return [0, size - 512, ...edges.flatMap((edge) => [edge - 512, edge]), ...anywhere].flatMap((begin) => {
    const offsetBytes = Math.min(Math.max(0, begin), size - 512);
    const wanted = random.pick([512, 1024, 4096, PIECE_BYTES_MAX]);
    return [{ offsetBytes, lengthBytes: Math.min(wanted, size - offsetBytes) }];
  });
}

function readPiece(disk: Disk, { offsetBytes, lengthBytes }: Extent): Buffer {
  const into = Buffer.alloc(lengthBytes, 0xcc);
  disk.read(offsetBytes, into);
  return into;
}

/** What is written reads back, what is not written stays; now, and after the disk was opened again. */
function writePhase(fileSystem: MemoryFileSystem, path: string, random: FuzzRandom): void {
  let expected: { piece: Extent; bytes: Buffer }[] = [];
  withDisk(fileSystem, path, "readwrite", (disk) => {
    const before = piecesOf(disk, disk.allocatedExtents(), random).map((piece) => ({
      piece,
      bytes: readPiece(disk, piece),
    }));
    const writes = before.filter((_, index) => index % 3 === 0).map(({ piece }) => stampOf(piece, random));
    for (const { piece, bytes } of writes) disk.write(piece.offsetBytes, bytes);
    expected = [...before, ...writes];
    overlay(expected);
    compare(disk, expected, "right after the write");
    disk.sync();
  });
  try {
    withDisk(fileSystem, path, "read", (disk) => compare(disk, expected, "after it was opened again"));
  } catch (error) {
    if (error instanceof Fault)
      throw new FuzzFinding(`written here, and then refused: ${error.code}, ${error.message}`);
    throw error;
  }
}

function stampOf({ offsetBytes, lengthBytes }: Extent, random: FuzzRandom): { piece: Extent; bytes: Buffer } {
  const bytes = Buffer.alloc(lengthBytes, random.chance(0.2) ? 0 : 1 + random.below(255));
  return { piece: { offsetBytes, lengthBytes }, bytes };
}

/** Later pieces win where they lie on earlier ones. */
function overlay(pieces: readonly { piece: Extent; bytes: Buffer }[]): void {
  pieces.forEach((later, index) => {
    for (const earlier of pieces.slice(0, index)) {
      if (!touches(earlier.piece, later.piece)) continue;
      const from = Math.max(earlier.piece.offsetBytes, later.piece.offsetBytes);
      const to = Math.min(
        earlier.piece.offsetBytes + earlier.bytes.length,
        later.piece.offsetBytes + later.bytes.length,
      );
      later.bytes.copy(earlier.bytes, from - earlier.piece.offsetBytes, from - later.piece.offsetBytes, to - later.piece.offsetBytes); // prettier-ignore
    }
  });
}

function compare(disk: Disk, expected: readonly { piece: Extent; bytes: Buffer }[], when: string): void {
  for (const { piece, bytes } of expected)
    demand(readPiece(disk, piece).equals(bytes), `other bytes at ${piece.offsetBytes} ${when} (${disk.format})`);
}
