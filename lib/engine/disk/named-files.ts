import { Buffer } from "node:buffer";
import { Fault } from "@/lib/kernel/fault";
import { neighbourPath, type NeighbourRole } from "./neighbour-file";
import { openDisk } from "./open-disk";
import { QCOW2_MAGIC, readQcow2Header } from "./qcow2-header";
import type { FileSystem, RandomAccessFile } from "./random-access-file";
import { readVmdkDescriptor } from "./vmdk-open";

interface Named {
  readonly name: string;
  readonly role: NeighbourRole;
}

/**
 * The real paths of the files that an image names as parts of itself (extents, parent, backing file) and that are there,
 * in its folder. Looks at names only where the format has them in one place, so that a chain whose base is damaged is
 * still known to be a chain. An image that cannot be read names nothing: whoever opens it hears why.
 */
export function filesNamedBy(fileSystem: FileSystem, path: string): string[] {
  try {
    const names = readNames(fileSystem, path);
    // The chains of Microsoft's formats are followed by whoever opens them.
    if (names === null) return otherFilesOf(fileSystem, path);
    return names.flatMap(({ name, role }) => pathIfThere(fileSystem, path, name, role));
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}

function readNames(fileSystem: FileSystem, path: string): Named[] | null {
  const file = fileSystem.open(path, "read");
  try {
    const first = Buffer.alloc(QCOW2_MAGIC.length);
    file.read(0, first);
    if (first.toString("latin1") === QCOW2_MAGIC) return namesOfQcow2(file);
    return namesOfVmdk(file);
  } finally {
    file.close();
  }
}

function namesOfQcow2(file: RandomAccessFile): Named[] {
  const { backing } = readQcow2Header(file);
  return backing === null ? [] : [{ name: backing.name, role: "backing file" }];
}

/** Null for what is no VMDK. */
function namesOfVmdk(file: RandomAccessFile): Named[] | null {
  const read = readVmdkDescriptor(file);
  if (read === null) return null;
  const { descriptor, embedded } = read;
  const parent: Named[] =
    descriptor.parentFileName === null ? [] : [{ name: descriptor.parentFileName, role: "parent disk" }];
  // The extent of a disk in one file is that file, whatever it was called when it was made.
  if (embedded) return parent;
  const extents = descriptor.extents.filter((extent) => extent.fileName !== "");
  return [...extents.map((extent): Named => ({ name: extent.fileName, role: "data file" })), ...parent];
}

function pathIfThere(fileSystem: FileSystem, path: string, name: string, role: NeighbourRole): string[] {
  try {
    return [neighbourPath(fileSystem, path, name, role)];
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}

function otherFilesOf(fileSystem: FileSystem, path: string): string[] {
  const disk = openDisk(fileSystem, path, "read");
  try {
    return disk.files.slice(1).map((file) => fileSystem.realPath(file.path));
  } finally {
    disk.close();
  }
}
