import { Buffer } from "node:buffer";
import { Fault } from "@/lib/kernel/fault";
import { imageChangedWhileReading } from "../tracking/log-faults";
import { type CreatableFormat, createDisk, type NewDisk } from "./create-disk";
import type { Disk, DiskFormat, Extent } from "./disk";
import { identityOfFiles, pathsOf } from "./disk-identity";
import { extentUnion } from "./extent-union";
import { fileAlreadyExists } from "./file-faults";
import { openDisk } from "./open-disk";
import { openRawDisk } from "./raw-disk";
import { type FileSystem, sameIdentity } from "./random-access-file";
import { isZero } from "./zero-bytes";

const PIECE_BYTES = 2 ** 20;
/** What is zero in pieces of this size becomes, or stays, a hole. */
const HOLE_BYTES = 65_536;

export interface ConvertRequest extends Pick<NewDisk, "uniqueId" | "createdAt"> {
  readonly fileSystem: FileSystem;
  readonly sourcePath: string;
  /**
   * Appears when it is whole and verified: until then it is `<targetPath>.partial`. (Not so a VMDK, whose files name each
   * other.) Whatever was begun is removed when the conversion fails or is given up.
   */
  readonly targetPath: string;
  readonly format: CreatableFormat;
  /** Replace what is there. Otherwise that is the fault FileExists. */
  readonly replace?: boolean;
}

export interface ConvertProgress {
  readonly phase: "writing" | "verifying";
  /** Of the disk's content, holes left out where the formats tell them. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface Converted {
  readonly sourceFormat: DiskFormat;
  readonly format: DiskFormat;
  readonly virtualSizeBytes: number;
  readonly bytesWritten: number;
  /** Read back from the target and compared with the source. */
  readonly bytesVerified: number;
  /** What the target takes on its medium. */
  readonly allocatedBytes: number;
}

/**
 * Writes a disk in another format: content only, holes stay holes. Then opens what was written anew and compares all of
 * it with the source. Goes on from piece to piece as the caller asks; `return()` gives up and removes what was begun.
 * Faults: those of `openDisk` and `createDisk`, FileExists, ImageChangedWhileReading, ConvertedDiskDiffers.
 */
export function* convertDisk(request: ConvertRequest): Generator<ConvertProgress, Converted> {
  const { fileSystem, sourcePath, targetPath, format } = request;
  if (request.replace !== true && fileSystem.exists(targetPath)) throw fileAlreadyExists(targetPath);
  if (fileSystem.exists(targetPath) && fileSystem.realPath(targetPath) === fileSystem.realPath(sourcePath))
    throw fileAlreadyExists(targetPath);
  const namesItself = format.startsWith("vmdk");
  const path = namesItself ? targetPath : `${targetPath}.partial`;
  fileSystem.remove(path);
  const source = openDisk(fileSystem, sourcePath, "read");
  const before = identityOfFiles(fileSystem, pathsOf(source));
  const assertUnchanged = (): void => {
    if (!sameIdentity(before, identityOfFiles(fileSystem, pathsOf(source)))) throw imageChangedWhileReading(sourcePath);
  };
  const made: string[] = [];
  let finished = false;
  try {
    const bytesWritten = yield* write(request, path, source, made);
    const verified = yield* verify(request, path, source, assertUnchanged);
    assertUnchanged();
    if (!namesItself) fileSystem.rename(path, targetPath);
    finished = true;
    return {
      ...{ sourceFormat: source.format, format, virtualSizeBytes: source.virtualSizeBytes },
      ...{ bytesWritten, ...verified },
    };
  } finally {
    source.close();
    if (!finished) for (const one of [path, ...made]) fileSystem.remove(one);
  }
}

function* write(
  { fileSystem, format, uniqueId, createdAt }: ConvertRequest,
  path: string,
  source: Disk,
  made: string[],
): Generator<ConvertProgress, number> {
  const logicalSectorBytes = source.logicalSectorBytes === 4096 ? 4096 : 512;
  const shape = { virtualSizeBytes: source.virtualSizeBytes, uniqueId, createdAt, logicalSectorBytes } as const;
  const target = createDisk(fileSystem, path, format, shape);
  made.push(...pathsOf(target));
  let written = 0;
  try {
    for (const { offset, bytes, progress } of pieces(source, source.allocatedExtents())) {
      for (let at = 0; at < bytes.length; at += HOLE_BYTES) {
        const part = bytes.subarray(at, at + HOLE_BYTES);
        if (isZero(part)) continue;
        target.write(offset + at, part);
        written += part.length;
      }
      yield { phase: "writing", ...progress };
    }
    target.sync();
    return written;
  } finally {
    target.close();
  }
}

/** Everything that either of the two says it holds: what neither holds is zero in both. */
function* verify(
  { fileSystem, format, sourcePath, targetPath }: ConvertRequest,
  path: string,
  source: Disk,
  assertUnchanged: () => void,
): Generator<ConvertProgress, Pick<Converted, "bytesVerified" | "allocatedBytes">> {
  const target =
    format === "raw" ? openRawDisk(fileSystem.open(path, "read"), "read") : openDisk(fileSystem, path, "read");
  try {
    const sound = target.format === format && target.virtualSizeBytes === source.virtualSizeBytes;
    if (!sound) throw differs(sourcePath, targetPath, "format or size");
    const all = extentUnion(source.allocatedExtents(), target.allocatedExtents());
    const there = Buffer.alloc(PIECE_BYTES);
    let bytesVerified = 0;
    for (const { offset, bytes, progress } of pieces(source, all)) {
      const found = there.subarray(0, bytes.length);
      target.read(offset, found);
      if (!found.equals(bytes)) {
        assertUnchanged();
        throw differs(sourcePath, targetPath, `the content at offset ${offset}`);
      }
      bytesVerified += bytes.length;
      yield { phase: "verifying", ...progress };
    }
    return { bytesVerified, allocatedBytes: target.files.reduce((sum, file) => sum + file.allocatedBytes(), 0) };
  } finally {
    target.close();
  }
}

interface Piece {
  readonly offset: number;
  /** Overwritten by the next piece. */
  readonly bytes: Buffer;
  readonly progress: { readonly bytesDone: number; readonly bytesTotal: number };
}

function* pieces(disk: Disk, extents: readonly Extent[]): Generator<Piece> {
  const bytesTotal = extents.reduce((sum, extent) => sum + extent.lengthBytes, 0);
  const buffer = Buffer.alloc(PIECE_BYTES);
  let bytesDone = 0;
  for (const { offsetBytes, lengthBytes } of extents) {
    for (let at = 0; at < lengthBytes; at += PIECE_BYTES) {
      const bytes = buffer.subarray(0, Math.min(PIECE_BYTES, lengthBytes - at));
      disk.read(offsetBytes + at, bytes);
      bytesDone += bytes.length;
      yield { offset: offsetBytes + at, bytes, progress: { bytesDone, bytesTotal } };
    }
  }
}

function differs(sourcePath: string, targetPath: string, what: string): Fault {
  return new Fault({
    code: "ConvertedDiskDiffers",
    message: `'${targetPath}' was written from '${sourcePath}', but read back it differs: ${what}.`,
    possibleCauses: "The disk that holds the target is failing, or another program wrote to one of the two files.",
    recommendedAction: "Check that disk and its system log, then try again on another one. The source was only read.",
  });
}
