import { Fault } from "@/lib/kernel/fault";
import type { RandomAccessFile } from "./random-access-file";

const damageCauses =
  "The file was damaged on its medium or while it was copied, or a program stopped while writing it.";
const damageAction = "Copy the image again from its origin, or restore it from a recovery point or a backup.";

export function notADiskImage(path: string, why: string): Fault {
  return new Fault({
    code: "NotADiskImage",
    message: `'${path}' is not a disk image that can be read: ${why}.`,
    possibleCauses: "The file is something else, was cut off while it was copied, or has the wrong extension.",
    recommendedAction:
      "Use a VHD, VHDX, VMDK or qcow2 image, or a raw one whose name ends in .raw or .img and whose size is a multiple of 512 bytes.",
  });
}

export function vhdChecksumMismatch(path: string, part: string): Fault {
  return new Fault({
    code: "VhdChecksumMismatch",
    message: `The checksum of the ${part} of '${path}' does not match its content.`,
    possibleCauses: damageCauses,
    recommendedAction: damageAction,
  });
}

export function vhdTruncated(path: string, why: string): Fault {
  return new Fault({
    code: "VhdTruncated",
    message: `The disk image '${path}' is cut off: ${why}.`,
    possibleCauses: "A copy or a download of the file was not finished, or the disk that holds it was full.",
    recommendedAction: "Copy the whole file again from its origin.",
  });
}

export function vhdTableLoop(path: string, why: string): Fault {
  return new Fault({
    code: "VhdTableLoop",
    message: `The block table of the VHD '${path}' contradicts itself: ${why}.`,
    possibleCauses: damageCauses,
    recommendedAction: damageAction,
  });
}

export function vhdDamaged(path: string, why: string): Fault {
  return new Fault({
    code: "VhdDamaged",
    message: `The VHD '${path}' is damaged: ${why}.`,
    possibleCauses: damageCauses,
    recommendedAction: damageAction,
  });
}

export function vhdUnsupported(path: string, what: string): Fault {
  return new Fault({
    code: "VhdUnsupported",
    message: `The VHD '${path}' ${what}, which cannot be read here.`,
    possibleCauses:
      "The machine has checkpoints, or the file was made by a program that uses parts of the format of its own.",
    recommendedAction: "Merge the checkpoints, or convert the disk to a fixed or dynamic VHD.",
  });
}

export function diskTooLargeForFormat(path: string, virtualSizeBytes: number, limitBytes: number): Fault {
  return new Fault({
    code: "DiskTooLargeForFormat",
    message: `A disk of ${virtualSizeBytes} bytes does not fit into '${path}': its format ends at ${limitBytes} bytes (${limitBytes / 2 ** 30} GB).`,
    possibleCauses: "The disk is larger than the format allows: a VHD ends at 2,040 GB, a VHDX at 64 TB.",
    recommendedAction: "Use another format, split the data over several smaller disks, or exclude this disk.",
  });
}

export function diskIsReadOnly(path: string): Fault {
  return new Fault({
    code: "DiskIsReadOnly",
    message: `The disk '${path}' was opened for reading and cannot be written.`,
    possibleCauses: "A program tried to change an image that it may only read.",
    recommendedAction: "Open the disk for writing, or write to a copy.",
  });
}

/** `label`: the format, for people. */
export function diskFormatReadOnly(path: string, label: string): Fault {
  return new Fault({
    code: "DiskFormatReadOnly",
    message: `'${path}' is a disk of the format ${label}, which is read here but never written.`,
    possibleCauses: "A machine that is to run here, or a conversion, was given this image to write to.",
    recommendedAction:
      "Convert the disk first, for example: npx secondsite disk convert SOURCE TARGET --format vhd-dynamic.",
  });
}

/** Fills `into` completely, or says that the file ends too early. */
export function readExactly(file: RandomAccessFile, offset: number, into: Uint8Array): void {
  const got = file.read(offset, into);
  if (got !== into.length) {
    throw vhdTruncated(file.path, `${into.length} bytes at offset ${offset} were expected, ${got} are there`);
  }
}
