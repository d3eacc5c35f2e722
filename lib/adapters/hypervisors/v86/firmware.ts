import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** Where Debian (package seabios), a QEMU installation on Linux, and QEMU built from source put the PC firmware. */
const FIRMWARE_FOLDERS = [
  "/usr/share/seabios",
  "/usr/share/qemu",
  "/usr/local/share/qemu",
  "/opt/homebrew/share/qemu",
  "/usr/lib/ipxe/qemu",
];
const VGA_BIOS_NAMES = ["vgabios-stdvga.bin", "vgabios.bin"];

export interface Firmware {
  readonly folder: string;
  readonly bios: ArrayBuffer;
  readonly vgaBios: ArrayBuffer;
}

/** The files of SeaBIOS: `bios.bin` and a VGA BIOS for the standard adapter. `folder` is looked at first. */
export function findFirmware(folder?: string): { biosPath: string; vgaBiosPath: string; folder: string } | null {
  const folders = folder === undefined ? FIRMWARE_FOLDERS : [folder, ...FIRMWARE_FOLDERS];
  for (const candidate of folders) {
    const vgaBiosPath = findVgaBios([candidate, ...folders]);
    for (const name of ["bios.bin", "bios-256k.bin"]) {
      const biosPath = path.join(candidate, name);
      if (vgaBiosPath !== null && existsSync(biosPath)) return { biosPath, vgaBiosPath, folder: candidate };
    }
  }
  return null;
}

function findVgaBios(folders: readonly string[]): string | null {
  for (const folder of folders) {
    for (const name of VGA_BIOS_NAMES) if (existsSync(path.join(folder, name))) return path.join(folder, name);
  }
  return null;
}

export function loadFirmware(folder?: string): Firmware | null {
  const found = findFirmware(folder);
  if (!found) return null;
  return { folder: found.folder, bios: readWhole(found.biosPath), vgaBios: readWhole(found.vgaBiosPath) };
}

export function firmwareMissing(folder?: string): string {
  const looked = [...(folder === undefined ? [] : [folder]), ...FIRMWARE_FOLDERS].join(", ");
  return (
    `Machines cannot be started: the PC firmware SeaBIOS (bios.bin and vgabios-stdvga.bin) was not found in ${looked}. ` +
    "Install Debian's package seabios (apt-get install seabios), or QEMU, or name the folder that holds the two files."
  );
}

function readWhole(file: string): ArrayBuffer {
  const bytes = readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}
