import { createHash } from "node:crypto";
import { setImmediate as breathe } from "node:timers/promises";
import { createDisk, type CreatableFormat } from "@/lib/engine/disk/create-disk";
import type { Disk } from "@/lib/engine/disk/disk";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { installLedgerGuest } from "./guest/ledger";
import type { LedgerConfig } from "./guest/ledger-format";
import { fillWithApplicationData, fillWithSelfIdentifyingData, seededBytes } from "./contoso-data";
import { vmxOf } from "./contoso-vmx";
import type { MachineDefinition } from "./host-protocol";
import { MachineStore } from "./machine-store";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

export interface ContosoMachine {
  readonly name: string;
  readonly title: string;
  /**
   * A dynamic VHD when left out. Hyper-V hosts of the time have VHD and VHDX, VMware's have VMDK; in Azure every replica is
   * a fixed VHD. A machine whose boot disk is a VMDK has its configuration (.vmx) beside its disks.
   */
  readonly osDiskFormat?: "vhd-dynamic" | "vhdx-dynamic" | "vmdk-sparse" | "vmdk-split";
  readonly osDiskBytes: number;
  readonly applicationDataBytes: number;
  /** Null: no second disk. */
  readonly dataDiskBytes: number | null;
  /** A fixed VHD when left out. */
  readonly dataDiskFormat?: "vhd-fixed" | "vmdk-flat";
}

export const CONTOSO_MACHINES: readonly ContosoMachine[] = [
  machine("CONTOSO-SQL", "Orders database", 80 * MIB, 64 * MIB),
  machine("CONTOSO-APP", "Order processing", 64 * MIB, null),
  { ...machine("CONTOSO-WEB", "Web shop", 48 * MIB, null), osDiskFormat: "vhdx-dynamic" },
  machine("CONTOSO-CRM", "Customer relations", 48 * MIB, null),
  machine("CONTOSO-INTRANET", "Intranet", 32 * MIB, null),
];

/** Of the other site: what lib/contract/demo-site tells people of it is measured by a test. */
export const CONTOSO_VMWARE_MACHINES: readonly ContosoMachine[] = [
  {
    ...machine("CONTOSO-ERP", "Resource planning", 48 * MIB, 32 * MIB),
    ...{ osDiskFormat: "vmdk-sparse", dataDiskFormat: "vmdk-flat" },
  },
  { ...machine("CONTOSO-MAIL", "Mail", 32 * MIB, null), osDiskFormat: "vmdk-split" },
];

function machine(name: string, title: string, data: number, dataDisk: number | null): ContosoMachine {
  return { name, title, osDiskBytes: 10 * GIB, applicationDataBytes: data, dataDiskBytes: dataDisk };
}

export interface ContosoEstateOptions {
  readonly fileSystem: FileSystem;
  /** Gets one folder of disk images a machine. */
  readonly disksFolder: string;
  /** The compute host's home: gets `machines/<id>.json`. */
  readonly hostHome: string;
  /** The same seed makes the same estate, byte by byte. */
  readonly seed: string;
  /** The creation time that the VHDs carry. */
  readonly createdAt: Date;
  readonly machines?: readonly ContosoMachine[];
  readonly onProgress?: (step: { readonly machine: string; readonly done: number; readonly of: number }) => void;
}

/** An order about once a second; 262,144 orders are three days. */
const TICKS_PER_ORDER = 18;
const LEDGER_CAPACITY = 262_144;
const LEDGER_START_LBA = 2048;
const APPLICATION_DATA_OFFSET = 64 * MIB;

/**
 * Makes the demonstration's on-premises machines: bootable disks with the ledger guest and believable data, and the
 * definitions by which a host runs them. A machine's definition is written when its disks are whole: one that has a
 * definition is left as it is, what an interrupted run left is made again. Returns all definitions.
 */
export async function makeContosoEstate(options: ContosoEstateOptions): Promise<MachineDefinition[]> {
  const machines = options.machines ?? CONTOSO_MACHINES;
  const store = new MachineStore(options.fileSystem, options.hostHome);
  const known = new Map(store.load().definitions.map((definition) => [definition.id, definition]));
  const definitions: MachineDefinition[] = [];
  for (const [index, one] of machines.entries()) {
    options.onProgress?.({ machine: one.name, done: index, of: machines.length });
    const id = idFrom(options.seed, one.name);
    const definition = known.get(id) ?? makeMachine(options, one, id);
    if (!known.has(id)) store.save(definition);
    definitions.push(definition);
    await breathe();
  }
  options.onProgress?.({ machine: "", done: machines.length, of: machines.length });
  return definitions;
}

function makeMachine(options: ContosoEstateOptions, one: ContosoMachine, id: string): MachineDefinition {
  const { fileSystem, seed } = options;
  const folder = `${options.disksFolder}/${one.name}`;
  fileSystem.makeFolder(folder);
  for (const leftOver of fileSystem.list(folder)) fileSystem.remove(`${folder}/${leftOver}`);
  const osFormat = one.osDiskFormat ?? "vhd-dynamic";
  const os = makeDisk(options, one, "os", osFormat, one.osDiskBytes, (disk) => {
    const bytes = seededBytes(`${seed}/${one.name}`);
    fillWithApplicationData(disk, APPLICATION_DATA_OFFSET, one.applicationDataBytes, bytes, one.name);
    installLedgerGuest(disk, ledgerConfig(seed, one));
  });
  const disks = [os];
  if (one.dataDiskBytes !== null) {
    const fill = (disk: Disk) => fillWithSelfIdentifyingData(disk, { diskNumber: 2, generation: 1 });
    disks.push(makeDisk(options, one, "data", one.dataDiskFormat ?? "vhd-fixed", one.dataDiskBytes, fill));
  }
  const definition: MachineDefinition = {
    ...{ id, name: one.name, generation: 1, osType: "Other", memoryBytes: 16 * MIB, cpuCount: 1, disks },
    desired: "running",
    bootable: true,
    attachments: { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false },
  };
  if (osFormat.startsWith("vmdk")) writeText(fileSystem, `${folder}/${one.name}.vmx`, vmxOf(definition));
  return definition;
}

function makeDisk(
  options: ContosoEstateOptions,
  one: ContosoMachine,
  role: "os" | "data",
  format: CreatableFormat,
  virtualSizeBytes: number,
  fill: (disk: Disk) => void,
): MachineDefinition["disks"][number] {
  const id = idFrom(options.seed, `${one.name}/${role}`);
  const [extension] = format.split("-");
  const name = `${one.name}${role === "os" ? "" : "-DATA"}.${extension}`;
  const path = `${options.disksFolder}/${one.name}/${name}`;
  const { createdAt, fileSystem } = options;
  fillAndClose(createDisk(fileSystem, path, format, { uniqueId: id, createdAt, virtualSizeBytes }), fill);
  return { id, name, path, role };
}

function writeText(fileSystem: FileSystem, path: string, text: string): void {
  const file = fileSystem.create(path);
  try {
    file.write(0, Buffer.from(text));
    file.sync();
  } finally {
    file.close();
  }
}

function fillAndClose(disk: Disk, fill: (disk: Disk) => void): void {
  try {
    fill(disk);
    disk.sync();
  } finally {
    disk.close();
  }
}

function ledgerConfig(seed: string, one: ContosoMachine): LedgerConfig {
  return {
    hostName: one.name,
    title: one.title,
    ledgerStartLba: LEDGER_START_LBA,
    capacity: LEDGER_CAPACITY,
    ticksPerOrder: TICKS_PER_ORDER,
    ledgerId: digest(`${seed}/${one.name}/ledger`).readUInt32LE(0),
  };
}

/** A stable identifier in the form of a version 4 UUID, lower case. */
function idFrom(seed: string, name: string): string {
  const bytes = digest(`${seed}/${name}/id`).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
