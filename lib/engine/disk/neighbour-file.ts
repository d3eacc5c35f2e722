import { Fault } from "@/lib/kernel/fault";
import { folderOf } from "./image-folder";
import type { FileSystem } from "./random-access-file";

/** What the named file is to the image that names it. */
export type NeighbourRole = "data file" | "parent disk" | "backing file";

const NAME_LENGTH_MAX = 1024;

/**
 * The real path of a file that an image names (an extent, a parent, a backing file). An image is a stranger's input, so
 * the file must lie in the folder of the image itself or below it, whichever way it is named: no absolute path, no `..`,
 * no URL or device, no symbolic link that leads out. The image's own path may be a link; its folder is then the real one.
 * Faults: DiskPartOutsideFolder, DiskPartMissing.
 */
export function neighbourPath(fileSystem: FileSystem, imagePath: string, name: string, role: NeighbourRole): string {
  const shown = JSON.stringify(name.slice(0, 200));
  const why = whyNotBeside(name);
  if (why !== null) throw partOutsideFolder(imagePath, shown, role, why);
  const named = `${folderOf(fileSystem.realPath(imagePath))}/${name}`;
  if (!fileSystem.exists(named)) throw partMissing(imagePath, shown, role);
  return realPathInside(fileSystem, imagePath, named, role);
}

/** The real path of a file that is there, if it lies in the image's real folder. Fault: DiskPartOutsideFolder. */
export function realPathInside(fileSystem: FileSystem, imagePath: string, path: string, role: NeighbourRole): string {
  const real = fileSystem.realPath(path);
  if (real.startsWith(`${folderOf(fileSystem.realPath(imagePath))}/`)) return real;
  throw partOutsideFolder(imagePath, JSON.stringify(path), role, "a link leads out of the image's folder");
}

/** Null when the name can only mean a file in the image's folder or below it (links aside). */
export function whyNotBeside(name: string): string | null {
  if (name === "") return "the name is empty";
  if (name.length > NAME_LENGTH_MAX) return `the name has ${name.length} characters`;

  if (/[\u0000-\u001f]/.test(name)) return "the name has control characters";
  if (name.startsWith("/") || name.startsWith("\\")) return "the path is absolute, or names a device";
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(name)) return "the name is a URL, a drive or a protocol, not a file beside it";
  if (name.includes("\\")) return "the path is one of Windows with folders in it";
  const parts = name.split("/");
  if (parts.includes("..")) return "the path goes up and out of the folder";
  return parts.includes("") || parts.includes(".") ? "the path is not a plain one" : null;
}

function partOutsideFolder(imagePath: string, shownName: string, role: NeighbourRole, why: string): Fault {
  return new Fault({
    code: "DiskPartOutsideFolder",
    message: `The disk image '${imagePath}' names ${shownName} as its ${role}, which is not opened: ${why}.`,
    possibleCauses:
      "The image was made where its parts lie in several folders, or somebody wants a file read that is none of the image's.",
    recommendedAction:
      "Put all files of the disk into one folder and let the image name them without a folder (qemu-img rebase -u, or an editor for a VMDK descriptor), or merge them into one image.",
  });
}

function partMissing(imagePath: string, shownName: string, role: NeighbourRole): Fault {
  return new Fault({
    code: "DiskPartMissing",
    message: `The disk image '${imagePath}' needs ${shownName} (its ${role}) beside it, and that file is not there.`,
    possibleCauses: "Only some files of the disk were copied, or one was renamed or deleted.",
    recommendedAction: "Copy every file of the disk into the folder, under the names that they had.",
  });
}
