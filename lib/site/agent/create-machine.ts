import path from "node:path";
import type { z } from "zod";
import type { MachineDefinitionInput } from "@/lib/compute/host-protocol";
import { createDisk } from "@/lib/engine/disk/create-disk";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { Clock } from "@/lib/kernel/clock";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type { MachineToCreate as MachineToCreateWire } from "../protocol";
import type { SiteHost } from "./site-host";

export type MachineToCreate = z.infer<typeof MachineToCreateWire>;

interface Tools {
  readonly host: SiteHost;
  readonly fileSystem: FileSystem;
  readonly imagesFolder: string | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** As the host takes them; they become names of folders. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/**
 * The host gets the machine, off and with disks that read zero, unless it has it already. Repeatable: an image has its
 * name only once it is whole, and is kept then.
 */
export async function createMachine(tools: Tools, id: string, machine: MachineToCreate): Promise<void> {
  if (await hasMachine(tools.host, id)) return;
  if (tools.imagesFolder === null) throw cannotCreate(machine.name);
  if (!ID.test(id) || machine.disks.length === 0) throw notValid(machine.name);
  const folder = path.join(tools.imagesFolder, id);
  tools.fileSystem.makeFolder(folder);
  const bootDiskFirst = [...machine.disks].sort((a, b) => Number(b.role === "os") - Number(a.role === "os"));
  const disks = bootDiskFirst.map((disk, index): MachineDefinitionInput["disks"][number] => {
    const name = imageName(disk, index);
    makeImage(tools, path.join(folder, name), disk);
    return { id: disk.id, name, path: path.join(folder, name), role: disk.role };
  });
  const { name, generation, osType, memoryBytes, cpuCount } = machine;
  await tools.host.putMachine({ id, name, generation, osType, memoryBytes, cpuCount, disks, desired: "off" });
}

function makeImage(
  { fileSystem, clock, random }: Tools,
  file: string,
  { format, virtualSizeBytes }: MachineToCreate["disks"][number],
): void {
  if (fileSystem.exists(file)) return;
  const partial = `${file}.partial`;
  fileSystem.remove(partial);
  const image = createDisk(fileSystem, partial, format, {
    ...{ virtualSizeBytes, uniqueId: random.uuid(), createdAt: clock.now() },
  });
  try {
    image.sync();
  } finally {
    image.close();
  }
  fileSystem.rename(partial, file);
}

/** The disk's own name as far as it can be one of a file; the number keeps two of one name apart. */
function imageName({ name, format }: MachineToCreate["disks"][number], index: number): string {
  const stem = name.replace(/\.[A-Za-z0-9]{1,5}$/, "").replace(/[^A-Za-z0-9_-]+/g, "-");
  return `${stem.slice(0, 80) || "disk"}-${index}.${format.split("-")[0]}`;
}

async function hasMachine(host: SiteHost, id: string): Promise<boolean> {
  try {
    await host.machine(id);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.kind === "notFound") return false;
    throw error;
  }
}

function cannotCreate(name: string): Fault {
  return new Fault({
    code: "MachineCreationNotSupported",
    message: `This host has no place where the disks of ${name} could be made.`,
    possibleCauses: "Its agent was started without a folder for disk images.",
    recommendedAction: "Fail back to another host, or to the machine's own.",
  });
}

function notValid(name: string): Refusal {
  return new Refusal("invalid", {
    code: "MachineNotValid",
    message: `${name} cannot be created from what the vault says of it.`,
    possibleCauses: "It has no disks, or its id cannot be the name of a folder.",
    recommendedAction: "Report this with the failback's job.",
  });
}
