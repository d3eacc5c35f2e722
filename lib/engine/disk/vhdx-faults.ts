import { Fault } from "@/lib/kernel/fault";
import type { RandomAccessFile } from "./random-access-file";

const damageCauses =
  "The file was damaged on its medium or while it was copied, or a program stopped while writing it.";
const damageAction = "Copy the image again from its origin, or restore it from a recovery point or a backup.";

export function vhdxDamaged(path: string, why: string): Fault {
  return new Fault({
    code: "VhdxDamaged",
    message: `The VHDX '${path}' is damaged: ${why}.`,
    possibleCauses: damageCauses,
    recommendedAction: damageAction,
  });
}

export function vhdxChecksumMismatch(path: string, part: string): Fault {
  return new Fault({
    code: "VhdxChecksumMismatch",
    message: `The checksum of the ${part} of '${path}' does not match its content.`,
    possibleCauses: damageCauses,
    recommendedAction: damageAction,
  });
}

export function vhdxTruncated(path: string, why: string): Fault {
  return new Fault({
    code: "VhdxTruncated",
    message: `The VHDX '${path}' is cut off: ${why}.`,
    possibleCauses: "A copy or a download of the file was not finished, or the disk that holds it was full.",
    recommendedAction: "Copy the whole file again from its origin.",
  });
}

export function vhdxUnsupported(path: string, what: string): Fault {
  return new Fault({
    code: "VhdxUnsupported",
    message: `The VHDX '${path}' ${what}, which cannot be read here.`,
    possibleCauses: "The file was made by a program that uses parts of the format of its own, or by a newer version.",
    recommendedAction: "Convert the disk on its host to a VHDX without these parts (Convert-VHD), and copy it again.",
  });
}

/** Fills `into` completely, or says that the file ends too early. */
export function readVhdxExactly(file: RandomAccessFile, offset: number, into: Uint8Array): void {
  const got = file.read(offset, into);
  if (got !== into.length) {
    throw vhdxTruncated(file.path, `${into.length} bytes at offset ${offset} were expected, ${got} are there`);
  }
}
