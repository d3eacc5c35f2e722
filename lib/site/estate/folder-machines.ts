import fs from "node:fs";
import path from "node:path";
import { createHash } from "node:crypto";
import { z } from "zod";
import type { MachineDefinition } from "@/lib/compute/host-protocol";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { Refusal } from "@/lib/kernel/fault";
import { readIfPresent } from "../private-file";
import { foundMachines, type FoundMachine } from "./folder-images";

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
 * The machines of a folder of disk images: a VMware configuration (.vmx) is one, with the disks that it names; of the
 * other images each is one, `name-1.vhd, name-2.vhd` are the disks of one, and so are the images of a subfolder. Files
 * that are parts of an image (extents, parents, backing files) are no disks of their own. Ids follow from the site's name
 * and the file's place, so that they stay. @throws Refusal FolderNotFound, NoImagesFound, MachineSettingsNotValid
 */
export function machinesOfFolder(fileSystem: FileSystem, siteName: string, folder: string): MachineDefinition[] {
  if (!fs.existsSync(folder) || !fs.statSync(folder).isDirectory()) throw folderNotFound(folder);
  const settings = readSettings(folder);
  const machines = foundMachines(fileSystem, folder);
  if (machines.length === 0) throw noImages(folder);
  return machines
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((machine) => definitionOf(siteName.toLowerCase(), folder, machine, settings[machine.name] ?? {}));
}

type OwnSettings = z.infer<typeof Settings>[string];

function definitionOf(site: string, folder: string, machine: FoundMachine, own: OwnSettings): MachineDefinition {
  const { vmx, name } = machine;
  const place = (file: string) => path.relative(folder, file);
  const identity = machine.vmxPath === null ? name : `vmx\n${place(machine.vmxPath)}`;
  return {
    id: stableId(`machine\n${site}\n${identity}`),
    name,
    generation: own.generation ?? vmx?.generation ?? 1,
    osType: own.osType ?? vmx?.osType ?? "Other",
    memoryBytes: own.memoryBytes ?? vmx?.memoryBytes ?? GIB,
    cpuCount: own.cpuCount ?? vmx?.cpuCount ?? 1,
    disks: machine.disks.map(({ file, refused }, index) => ({
      id: stableId(`disk\n${site}\n${place(file)}`),
      name: path.basename(file),
      path: file,
      role: index === 0 ? ("os" as const) : ("data" as const),
      ...(refused === null ? {} : { refused }),
    })),
    desired: "off",
    bootable: false,
    attachments: {
      passThrough: false,
      iscsi: false,
      sharedVhd: vmx?.sharedBus ?? false,
      fibreChannel: false,
      ...defined(own.attachments),
    },
  };
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
      recommendedAction: "Give the path of a folder that holds disk images.",
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
      possibleCauses:
        "Images end in .vhd, .vhdx, .vmdk, .qcow2, .raw or .img and lie in the folder or one level below.",
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
