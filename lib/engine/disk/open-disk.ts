import { Buffer } from "node:buffer";
import { Fault } from "@/lib/kernel/fault";
import type { Disk } from "./disk";
import { notADiskImage, vhdTruncated } from "./disk-faults";
import type { OpenMode } from "./flat-disk";
import type { FileSystem, RandomAccessFile } from "./random-access-file";
import { openRawDisk } from "./raw-disk";
import { openDynamicVhd } from "./vhd-dynamic";
import { hasVhdCookie, parseVhdFooter, VHD_FOOTER_BYTES } from "./vhd-footer";
import { openFixedVhd } from "./vhd-fixed";

/** Formats of other products, so that the message can name them: what the file begins with. */
const FOREIGN_FORMATS: readonly (readonly [mark: string, name: string])[] = [
  ["vhdxfile", "VHDX"],
  ["QFI\u00fb", "qcow2"],
  ["KDMV", "VMDK"],
  ["# Disk DescriptorFile", "VMDK"],
  ["<<< Oracle VM VirtualBox Disk Image >>>", "VDI"],
];

/**
 * Opens a disk image, whichever of the formats it has: a footer's copy at the start is a dynamic VHD, a footer at the
 * end a fixed one, a name in .raw or .img a raw image. Opening for writing repairs what a killed writer left.
 * Faults: those of `FileSystem.open`, NotADiskImage, DiskFormatUnsupported, VhdTruncated, VhdChecksumMismatch,
 * VhdTableLoop, VhdDamaged, VhdUnsupported.
 */
export function openDisk(fileSystem: FileSystem, path: string, mode: OpenMode): Disk {
  const file = fileSystem.open(path, mode);
  try {
    return sniff(file, mode);
  } catch (error) {
    file.close();
    throw error;
  }
}

function sniff(file: RandomAccessFile, mode: OpenMode): Disk {
  const first = Buffer.alloc(VHD_FOOTER_BYTES);
  const firstBytes = file.read(0, first);
  if (firstBytes === first.length && hasVhdCookie(first)) return openDynamicVhd(file, mode);
  const last = Buffer.alloc(VHD_FOOTER_BYTES);
  const lastOffset = file.sizeBytes() - last.length;
  if (lastOffset > 0 && file.read(lastOffset, last) === last.length && hasVhdCookie(last)) {
    return openFixedVhd(file, parseVhdFooter(file.path, last, "end"), mode);
  }
  const foreign = FOREIGN_FORMATS.find(([mark]) => first.toString("latin1", 0, mark.length) === mark);
  if (foreign !== undefined) throw formatUnsupported(file.path, foreign[1]);
  if (/\.(raw|img)$/i.test(file.path)) return openRawDisk(file, mode);
  throw notRecognised(file.path, first);
}

function notRecognised(path: string, first: Buffer): Fault {
  if (!/\.vhd$/i.test(path))
    return notADiskImage(path, "it has neither a VHD footer nor a name that ends in .raw or .img");
  // A partition table where a fixed VHD has one: the disk is there, its footer (the file's end) is not.
  if (first.readUInt16LE(510) === 0xaa55) return vhdTruncated(path, "it begins like a disk, but its footer is missing");
  return notADiskImage(path, "it has no VHD footer, so it is no VHD or its end was cut off");
}

function formatUnsupported(path: string, format: string): Fault {
  return new Fault({
    code: "DiskFormatUnsupported",
    message: `'${path}' is a ${format} image, a format that is not read here.`,
    possibleCauses: "The machine's disks are kept in another format than VHD or raw.",
    recommendedAction:
      "Convert the disk to a VHD, for example with: qemu-img convert -O vpc -o force_size=on SOURCE TARGET.vhd",
  });
}
