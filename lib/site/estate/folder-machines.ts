import fs from "node:fs";
import path from "node:path";
import { createHash } from "node:crypto";
import { z } from "zod";
import type { MachineDefinition } from "@/lib/compute/host-protocol";
import { Refusal } from "@/lib/kernel/fault";
import { readIfPresent } from "../private-file";

/** What counts as somebody's disk image. Formats that we cannot read are listed too, with the reason, by the host. */
const IMAGE = /\.(vhd|raw|img|vhdx|vmdk|qcow2)$/i;
const GIB = 1024 ** 3;

/** `machines.json`: what an image cannot say about its machine. Keys are machine names; what is left out has a default. */
const Settings = z.record(
  z.string(),
  z
    .object({
      generation: z.union([z.literal(1), z.literal(2)]),
      osType: z.enum(["Windows", "Linux", "Other"]),
      memoryBytes: z.number().int().positive(),
      cpuCount: z.number().int().positive(),
      attachments: z
        .object({ passThrough: z.boolean(), iscsi: z.boolean(), sharedVhd: z.boolean(), fibreChannel: z.boolean() })
        .partial(),
    })
    .partial()
    .strict(),
);

/**
 * The machines of a folder of disk images: each image is one, `name-1.vhd, name-2.vhd` are the disks of one, and so are
 * the images of a subfolder. Ids follow from the site's name and the file's place, so that they stay. Nothing is opened
 * here. @throws Refusal FolderNotFound, NoImagesFound, MachineSettingsNotValid
 */
export function machinesOfFolder(siteName: string, folder: string): MachineDefinition[] {
  if (!fs.existsSync(folder) || !fs.statSync(folder).isDirectory()) throw folderNotFound(folder);
  const settings = readSettings(folder);
  const groups = groupImages(folder);
  if (groups.size === 0) throw noImages(folder);
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, files]) => {
      const own = settings[name] ?? {};
      const place = (file: string) => `${siteName.toLowerCase()}\n${path.relative(folder, file)}`;
      return {
        id: stableId(`machine\n${siteName.toLowerCase()}\n${name}`),
        name,
        generation: own.generation ?? 1,
        osType: own.osType ?? "Other",
        memoryBytes: own.memoryBytes ?? GIB,
        cpuCount: own.cpuCount ?? 1,
        disks: files.map((file, index) => ({
          id: stableId(`disk\n${place(file)}`),
          name: path.basename(file),
          path: file,
          role: index === 0 ? ("os" as const) : ("data" as const),
        })),
        desired: "off",
        bootable: false,
        attachments: {
          passThrough: false,
          iscsi: false,
          sharedVhd: false,
          fibreChannel: false,
          ...defined(own.attachments),
        },
      };
    });
}

function groupImages(folder: string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  const add = (name: string, file: string) => groups.set(name, [...(groups.get(name) ?? []), file]);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => compare(a.name, b.name))) {
    const full = path.join(folder, entry.name);
    if (isImage(entry, full)) add(machineNameOf(entry.name), full);
    else if (entry.isDirectory() && !entry.name.startsWith(".")) {
      for (const image of imagesIn(full)) add(entry.name, image);
    }
  }
  return groups;
}

function imagesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => isImage(entry, path.join(folder, entry.name)))
    .map((entry) => path.join(folder, entry.name))
    .sort(compare);
}

/** A link to a file is followed: a folder of links to images is a handy site. */
function isImage(entry: fs.Dirent, full: string): boolean {
  if (!IMAGE.test(entry.name)) return false;
  return entry.isFile() || (entry.isSymbolicLink() && fs.existsSync(full) && fs.statSync(full).isFile());
}

/** `mail-1.vhd` and `mail-2.vhd` are disks of `mail`. */
function machineNameOf(fileName: string): string {
  return fileName.replace(IMAGE, "").replace(/-\d{1,2}$/, "");
}

/** disk-2 before disk-10. */
function compare(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function readSettings(folder: string): z.infer<typeof Settings> {
  const file = path.join(folder, "machines.json");
  const text = readIfPresent(file);
  if (text === null) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw settingsNotValid(file, "it is not JSON");
  }
  const parsed = Settings.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw settingsNotValid(file, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

function defined<T extends object>(value: T | undefined): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entries = Object.entries(value ?? {}).filter(([, content]) => content !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}

/** In the form of a version 4 UUID. */
function stableId(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function folderNotFound(folder: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "FolderNotFound",
      message: `'${folder}' is not a folder on this machine.`,
      possibleCauses: "The path was mistyped, or the disk that holds it is not mounted.",
      recommendedAction: "Give the path of a folder that holds VHD or raw disk images.",
    },
    "folder",
  );
}

function noImages(folder: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "NoImagesFound",
      message: `The folder '${folder}' holds no disk images.`,
      possibleCauses: "Images end in .vhd, .raw or .img and lie in the folder or one level below.",
      recommendedAction: "Give a folder that holds disk images.",
    },
    "folder",
  );
}

function settingsNotValid(file: string, what: string): Refusal {
  return new Refusal("invalid", {
    code: "MachineSettingsNotValid",
    message: `${file} cannot be used: ${what}.`,
    possibleCauses: "The file describes machines in a form that is not known.",
    recommendedAction: "Correct the file or remove it: every setting in it has a default.",
  });
}
