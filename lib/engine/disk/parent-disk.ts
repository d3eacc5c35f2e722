import { Buffer } from "node:buffer";
import type { Disk } from "./disk";
import type { OpenContext } from "./disk-opener";
import { baseNameOf, siblingPath } from "./image-folder";
import { parentDiskChanged, parentDiskMissing } from "./parent-faults";
import { isZero } from "./zero-bytes";

/** What a differencing disk says of its parent. */
export interface ParentClaim {
  /** Paths in the order in which to try them, in the notation of whoever wrote them. */
  readonly names: readonly string[];
  /** The parent's `linkageId` is one of these. */
  readonly linkage: readonly string[];
  readonly logicalSectorBytes: number;
}

/**
 * Opens the parent: relative paths first, then the last part of each path beside the child, since a chain that was
 * copied from a Windows host as a whole lies in one folder under other absolute paths. Nothing outside the child's
 * folder is opened. Faults: ParentDiskMissing, ParentDiskChanged, ParentChainInvalid, those of opening the parent.
 */
export function openParentDisk(path: string, claim: ParentClaim, context: OpenContext): Disk {
  // The child may be reached through a link; its folder is the real one.
  const child = context.fileSystem.realPath(path);
  const inFolder = claim.names.map((name) => siblingPath(child, name));
  const beside = claim.names.map((name) => siblingPath(child, baseNameOf(name)));
  const places = [...new Set([...inFolder, ...beside])].filter((place) => place !== null && place !== child);
  const found = places.find((place) => place !== null && context.fileSystem.exists(place));
  if (found === undefined || found === null) {
    const where =
      places.length === 0 ? "which lies outside the disk's folder" : `and there is no ${places.join(" or ")}`;
    throw parentDiskMissing(path, claim.names, where);
  }
  const parent = context.openParent(found);
  try {
    checkParent(path, found, claim, parent);
    return parent;
  } catch (error) {
    parent.close();
    throw error;
  }
}

function checkParent(path: string, found: string, claim: ParentClaim, parent: Disk): void {
  const id = parent.linkageId;
  if (id === undefined) throw parentDiskChanged(path, found, `it is a ${parent.format} image`);
  if (!claim.linkage.includes(id)) {
    throw parentDiskChanged(path, found, `it has the id ${id}, the child was made for ${claim.linkage.join(" or ")}`);
  }
  if (parent.logicalSectorBytes !== claim.logicalSectorBytes) {
    throw parentDiskChanged(path, found, `its sectors have ${parent.logicalSectorBytes} bytes`);
  }
}

/** What the parent has there; zeros behind its end, as a child may be larger. */
export function readParent(parent: Disk, offsetBytes: number, into: Uint8Array): void {
  const there = Math.max(0, Math.min(into.length, parent.virtualSizeBytes - offsetBytes));
  if (there > 0) parent.read(offsetBytes, into.subarray(0, there));
  into.fill(0, there);
}

export function parentIsZero(parent: Disk, offsetBytes: number, lengthBytes: number): boolean {
  const bytes = Buffer.alloc(Math.min(lengthBytes, 2 ** 20));
  for (let done = 0; done < lengthBytes; done += bytes.length) {
    const piece = bytes.subarray(0, Math.min(bytes.length, lengthBytes - done));
    readParent(parent, offsetBytes + done, piece);
    if (!isZero(piece)) return false;
  }
  return true;
}
