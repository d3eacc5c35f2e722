import { Buffer } from "node:buffer";
import { Fault } from "@/lib/kernel/fault";
import type { Disk } from "./disk";
import { notADiskImage, vhdTruncated } from "./disk-faults";
import type { DiskOpener, DiskProbe, OpenContext } from "./disk-opener";
import type { OpenMode } from "./flat-disk";
import { realPathInside } from "./neighbour-file";
import { vhdxOpener } from "./open-vhdx";
import { parentChainInvalid } from "./parent-faults";
import { qcow2Opener } from "./qcow2-disk";
import type { FileSystem, RandomAccessFile } from "./random-access-file";
import { openRawDisk, rawOpener } from "./raw-disk";
import { dynamicVhdOpener } from "./vhd-dynamic";
import { fixedVhdOpener } from "./vhd-fixed";
import { vmdkOpener } from "./vmdk-open";

/** Asked in this order: marks at the start of the file, then marks at its end, then its name. One line a format. */
const OPENERS: readonly DiskOpener[] = [vhdxOpener, dynamicVhdOpener, vmdkOpener, qcow2Opener, fixedVhdOpener];

const FIRST_BYTES = 1024;
const LAST_BYTES = 512;
/** Hyper-V allows 50 checkpoints a machine; whoever has more has a loop, or a damaged file. */
const CHAIN_LENGTH_MAX = 64;

/** Formats of other products, so that the message can name them: what the file begins with. */
const FOREIGN_FORMATS: readonly (readonly [mark: string, name: string])[] = [
  ["<<< Oracle VM VirtualBox Disk Image >>>", "VDI"],
];

/**
 * Opens a disk image, whichever of the formats it has; that is decided by its content, and by its name (.raw, .img) only
 * where the content has no mark. Parents of a differencing disk are opened with it, read-only. Opening for writing repairs
 * what a killed writer left.
 * Faults: those of `FileSystem.open`, NotADiskImage, DiskFormatUnsupported, ParentDiskMissing, ParentDiskChanged,
 * ParentChainInvalid, DiskPartMissing, DiskPartOutsideFolder, DiskFormatReadOnly, and of each format its own Truncated, ChecksumMismatch, Damaged, Unsupported.
 */
export function openDisk(fileSystem: FileSystem, path: string, mode: OpenMode): Disk {
  return openInChain(fileSystem, path, mode, [], false);
}

function openInChain(
  fileSystem: FileSystem,
  path: string,
  mode: OpenMode,
  children: readonly string[],
  asRaw: boolean,
): Disk {
  if (children.includes(path)) throw parentChainInvalid(path, "it is its own parent, directly or through others");
  if (children.length >= CHAIN_LENGTH_MAX)
    throw parentChainInvalid(path, `more than ${CHAIN_LENGTH_MAX} files hang together`);
  const file = fileSystem.open(path, mode);
  const context: OpenContext = {
    fileSystem,
    mode,
    openParent: (parent, options) => {
      const real = realPathInside(fileSystem, path, parent, "parent disk");
      const passed = [...children, fileSystem.realPath(path)];
      return openInChain(fileSystem, real, "read", passed, options?.asRaw === true);
    },
  };
  try {
    if (asRaw) return openRawDisk(file, mode);
    const probe = probeFile(file);
    return openerOf(probe).open(file, context, probe);
  } catch (error) {
    file.close();
    throw error;
  }
}

function probeFile(file: RandomAccessFile): DiskProbe {
  const sizeBytes = file.sizeBytes();
  const first = Buffer.alloc(FIRST_BYTES);
  const last = Buffer.alloc(LAST_BYTES);
  const lastBytes = sizeBytes > LAST_BYTES ? file.read(sizeBytes - LAST_BYTES, last) : 0;
  return {
    path: file.path,
    sizeBytes,
    first: first.subarray(0, file.read(0, first)),
    last: last.subarray(0, lastBytes === LAST_BYTES ? LAST_BYTES : 0),
  };
}

function openerOf(probe: DiskProbe): DiskOpener {
  const opener = OPENERS.find((one) => one.recognises(probe));
  if (opener !== undefined) return opener;
  const foreign = FOREIGN_FORMATS.find(([mark]) => probe.first.toString("latin1", 0, mark.length) === mark);
  if (foreign !== undefined) throw formatUnsupported(probe.path, foreign[1]);
  if (rawOpener.recognises(probe)) return rawOpener;
  throw notRecognised(probe);
}

function notRecognised({ path, first }: DiskProbe): Fault {
  if (!/\.vhd$/i.test(path))
    return notADiskImage(path, "it has no mark of a known format and its name does not end in .raw or .img");
  // A partition table where a fixed VHD has one: the disk is there, its footer (the file's end) is not.
  if (first.length >= 512 && first.readUInt16LE(510) === 0xaa55)
    return vhdTruncated(path, "it begins like a disk, but its footer is missing");
  return notADiskImage(path, "it has no VHD footer, so it is no VHD or its end was cut off");
}

function formatUnsupported(path: string, format: string): Fault {
  return new Fault({
    code: "DiskFormatUnsupported",
    message: `'${path}' is a ${format} image, a format that is not read here.`,
    possibleCauses: "The machine's disks are kept in a format of another product.",
    recommendedAction:
      "Convert the disk to a VHD, for example with: qemu-img convert -O vpc -o force_size=on SOURCE TARGET.vhd",
  });
}
