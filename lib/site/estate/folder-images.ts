import fs from "node:fs";
import path from "node:path";
import { filesNamedBy } from "@/lib/engine/disk/named-files";
import { neighbourPath } from "@/lib/engine/disk/neighbour-file";
import { sameIdentity, type FileIdentity, type FileSystem } from "@/lib/engine/disk/random-access-file";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import { isVmx, nameOfVmx, readVmx, type VmxMachine } from "./vmx-file";

/** What counts as somebody's disk image. Formats that we cannot read are listed too, with the reason, by the host. */
const IMAGE = /\.(a?vhdx?|raw|img|vmdk|qcow2)$/i;

export interface FoundDisk {
  readonly file: string;
  /** Why it is not opened whatever it is: its configuration points out of the folder, or to nothing. */
  readonly refused: Explanation | null;
}

export interface FoundMachine {
  readonly name: string;
  readonly vmx: VmxMachine | null;
  readonly vmxPath: string | null;
  /** Boot disk first. */
  readonly disks: readonly FoundDisk[];
}

/** What is in the folder and one level below. */
export function foundMachines(fileSystem: FileSystem, folder: string): FoundMachine[] {
  const machines = new Map<string, FoundMachine>();
  const described: FoundMachine[] = [];
  const add = (name: string, file: string) => {
    const disks = [...(machines.get(name)?.disks ?? []), { file, refused: null }];
    machines.set(name, { name, vmx: null, vmxPath: null, disks });
  };
  const top = lookInto(fileSystem, folder);
  described.push(...top.described);
  for (const image of top.images) add(machineNameOf(path.basename(image)), image);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => compare(a.name, b.name))) {
    if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
    const below = lookInto(fileSystem, path.join(folder, entry.name));
    described.push(...below.described);
    for (const image of below.images) add(entry.name, image);
  }
  return [...described, ...machines.values()];
}

/** Machines with a configuration, and the images that belong to none of these and are no parts of others. */
function lookInto(fileSystem: FileSystem, folder: string): { described: FoundMachine[]; images: string[] } {
  const entries = fs.readdirSync(folder, { withFileTypes: true }).map((entry) => ({
    ...{ entry, file: path.join(folder, entry.name) },
  }));
  const described = entries
    .filter(({ entry }) => entry.isFile() && isVmx(entry.name))
    .flatMap(({ file }) => describedBy(fileSystem, file));
  const images = entries.filter(({ entry, file }) => isImage(entry, file)).map(({ file }) => file);
  const taken = partsAmong(fileSystem, images);
  for (const { disks } of described) for (const { file } of disks) taken.add(realOf(file));
  return { described, images: images.filter((image) => !taken.has(realOf(image))).sort(compare) };
}

function describedBy(fileSystem: FileSystem, vmxPath: string): FoundMachine[] {
  const vmx = readVmx(vmxPath);
  if (vmx === null) return [];
  const disks = vmx.diskNames.map((name) => diskOf(fileSystem, vmxPath, name));
  return [{ name: vmx.displayName ?? nameOfVmx(vmxPath), vmx, vmxPath, disks }];
}

/** A configuration is a stranger's input as an image is: what it names is looked for in its own folder only. */
function diskOf(fileSystem: FileSystem, vmxPath: string, name: string): FoundDisk {
  try {
    return { file: neighbourPath(fileSystem, vmxPath, name, "data file"), refused: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const shown = name.split(/[\\/]/).at(-1) ?? name;
    return { file: path.join(path.dirname(vmxPath), shown || "disk.vmdk"), refused: error.explanation };
  }
}

/** Real paths of the images that others of them name as parts: extents of a split disk, parents of a chain. */
function partsAmong(fileSystem: FileSystem, images: readonly string[]): Set<string> {
  const beside = images.join("\n");
  const named = new Map(images.map((image) => [realOf(image), partsOf(fileSystem, image, beside)]));
  const parts = new Set<string>();
  for (const [image, files] of named) {
    // Two that name each other are no chain: both are shown, and opening them says what is wrong.
    for (const file of files) if (named.get(file)?.includes(image) !== true) parts.add(file);
  }
  return parts;
}

interface Looked {
  readonly identity: FileIdentity;
  /** The images that were there: what one names may come later. */
  readonly beside: string;
  readonly parts: readonly string[];
}
const looked = new Map<string, Looked>();

/** Looked at again only when the file or its neighbours have changed: the folder is looked at often. */
function partsOf(fileSystem: FileSystem, image: string, beside: string): readonly string[] {
  const identity = fileSystem.statIdentity(image);
  const known = looked.get(image);
  if (known?.beside === beside && sameIdentity(known.identity, identity)) return known.parts;
  const parts = filesNamedBy(fileSystem, image);
  looked.set(image, { identity, beside, parts });
  return parts;
}

/** A link to a file is followed: a folder of links to images is a handy site. */
function isImage(entry: fs.Dirent, full: string): boolean {
  if (!IMAGE.test(entry.name)) return false;
  return entry.isFile() || (entry.isSymbolicLink() && fs.existsSync(full) && fs.statSync(full).isFile());
}

function realOf(file: string): string {
  return fs.existsSync(file) ? fs.realpathSync(file) : file;
}

/** `mail-1.vhd` and `mail-2.vhd` are disks of `mail`; `mail-000001.vmdk` is what VMware calls the disk after a snapshot. */
function machineNameOf(fileName: string): string {
  return fileName.replace(IMAGE, "").replace(/-\d{1,2}$|-\d{6}$/, "");
}

/** disk-2 before disk-10. */
function compare(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
