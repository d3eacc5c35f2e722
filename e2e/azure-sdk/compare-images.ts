import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { openDisk } from "@/lib/engine/disk/open-disk";

const PIECE = 1024 * 1024;

/** Null when the fixed VHD holds exactly what the raw image holds; else what is different. */
export function differenceBetween(rawImage: string, fixedVhd: string): string | null {
  const rawBytes = fs.statSync(rawImage).size;
  const vhdBytes = fs.statSync(fixedVhd).size;
  // A fixed VHD is the disk and a footer of 512 bytes, nothing else.
  if (vhdBytes !== rawBytes + 512) return `the VHD has ${String(vhdBytes)} bytes, the image ${String(rawBytes)}`;
  return differenceByQemu(rawImage, fixedVhd) ?? differenceInContent(rawImage, fixedVhd);
}

/** The oracle that is not ours, where it is installed. */
function differenceByQemu(rawImage: string, fixedVhd: string): string | null {
  const compared = spawnSync("qemu-img", ["compare", "-f", "raw", "-F", "vpc", rawImage, fixedVhd], {
    encoding: "utf8",
  });
  if (compared.error && (compared.error as NodeJS.ErrnoException).code === "ENOENT") return null;
  return compared.status === 0 ? null : `qemu-img compare: ${compared.stdout}${compared.stderr}`;
}

function differenceInContent(rawImage: string, fixedVhd: string): string | null {
  const source = openDisk(nodeFileSystem, rawImage, "read");
  const restored = openDisk(nodeFileSystem, fixedVhd, "read");
  try {
    if (source.virtualSizeBytes !== restored.virtualSizeBytes) return "the disks have different sizes";
    for (let at = 0; at < source.virtualSizeBytes; at += PIECE) {
      const length = Math.min(PIECE, source.virtualSizeBytes - at);
      const [expected, found] = [Buffer.alloc(length), Buffer.alloc(length)];
      source.read(at, expected);
      restored.read(at, found);
      if (!expected.equals(found)) return `the disks differ between bytes ${String(at)} and ${String(at + length)}`;
    }
    return null;
  } finally {
    source.close();
    restored.close();
  }
}
