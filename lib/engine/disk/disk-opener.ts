import type { Buffer } from "node:buffer";
import type { Disk } from "./disk";
import type { OpenMode } from "./flat-disk";
import type { FileSystem, RandomAccessFile } from "./random-access-file";

/** What an image is recognised by: its ends and, where these say nothing, its name. */
export interface DiskProbe {
  readonly path: string;
  readonly sizeBytes: number;
  /** Up to 1,024 bytes from the start; fewer where the file has fewer. */
  readonly first: Buffer;
  /** The last 512 bytes; empty for a file that has no more than that. */
  readonly last: Buffer;
}

export interface OpenContext {
  readonly fileSystem: FileSystem;
  readonly mode: OpenMode;
  /**
   * Opens a parent or a backing file, read-only. The caller made sure that the path is in the image's own folder
   * (`siblingPath`). `asRaw`: the child's format says that the file is raw, whatever it looks like.
   * Faults: those of `openDisk`; ParentChainInvalid when the chain comes back to a file that it has passed, or is too long.
   */
  openParent(path: string, options?: { readonly asRaw?: boolean }): Disk;
}

/** One format (or family of formats): how its files are recognised and opened. */
export interface DiskOpener {
  recognises(probe: DiskProbe): boolean;
  /** `file` is closed by the disk, or by the caller when this throws. */
  open(file: RandomAccessFile, context: OpenContext, probe: DiskProbe): Disk;
}
