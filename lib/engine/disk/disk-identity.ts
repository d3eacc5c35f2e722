import type { Disk } from "./disk";
import type { FileIdentity, FileSystem } from "./random-access-file";

/** What changes when somebody writes to any file of a disk: parents and extents count as well as the file that was opened. */
export function identityOfFiles(fileSystem: FileSystem, paths: readonly string[]): FileIdentity {
  const all = paths.map((path) => fileSystem.statIdentity(path));
  return {
    fileId: all.map((one) => one.fileId).join("+"),
    sizeBytes: all.reduce((sum, one) => sum + one.sizeBytes, 0),
    modifiedNs: all.map((one) => one.modifiedNs).join("+"),
  };
}

export function pathsOf(disk: Pick<Disk, "files">): string[] {
  return disk.files.map((file) => file.path);
}
