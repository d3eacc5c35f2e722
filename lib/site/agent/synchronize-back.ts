import { setImmediate as breathe } from "node:timers/promises";
import type { DiskStatus, MachineStatus } from "@/lib/compute/host-protocol";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import { applyPointToDisk, type AppliedDisk, type ApplyProgress } from "@/lib/engine/vault/apply-point";
import type { ByteRange, ObjectReader } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import type { Point, PointDisk } from "@/lib/engine/vault/point-object";
import type { VaultContext } from "@/lib/engine/vault/vault-faults";
import { openVaultReader, type VaultReader } from "@/lib/engine/vault/vault-reader";
import { diskFormatLabel, type DiskFormat } from "@/lib/kernel/disk-format";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type { Clock } from "@/lib/kernel/clock";
import type { CommandOutcome, QueuedCommand } from "../protocol";
import type { z } from "zod";
import { createMachine } from "./create-machine";
import type { SiteHost } from "./site-host";

export type SynchronizeBackCommand = Extract<QueuedCommand["command"], { readonly type: "synchronizeBack" }>;
export type SynchronizedDisk = NonNullable<
  Extract<z.infer<typeof CommandOutcome>, { result: unknown }>["result"]["synchronizedBack"]
>[number];

export interface SynchronizeBackTools {
  readonly host: SiteHost;
  readonly store: ObjectReader;
  readonly keys: VaultKeys;
  readonly fileSystem: FileSystem;
  /** Where the images of machines lie that a failback creates; null: this host creates none. */
  readonly imagesFolder: string | null;
  readonly clock: Clock;
  readonly random: Random;
}

export interface SynchronizeBackOptions {
  /** Of one disk and phase; totals change with both. */
  readonly onProgress: (progress: ApplyProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes the disks of a machine of this host what the point holds. The host keeps its hands off the images meanwhile and
 * does not start the machine: not after a kill either, until this was repeated and every root is the point's. Repeatable
 * at any instant: what has come is equal then and does not travel again.
 *
 * @throws Fault FailbackNotIdentical, DiskSizeDiffers, FailbackDiskMissing, DiskFormatReadOnly, SynchronizationOvertaken, those of the vault and of the file system;
 * Refusal MachineNotOff, MachineNotFound
 */
export async function synchronizeBack(
  tools: SynchronizeBackTools,
  command: SynchronizeBackCommand,
  options: SynchronizeBackOptions,
): Promise<SynchronizedDisk[]> {
  const { host, keys, store } = tools;
  const { machineId, pointObjectName } = command;
  if (command.createMachine !== null) await createMachine(tools, machineId, command.createMachine);
  const machine = await host.machine(machineId);
  const context = { machine: machine.name, point: pointObjectName };
  const point = await openPoint(store, keys, pointObjectName, context);
  const images = imagesOf(machine, point);
  await host.beginIncoming(machineId, pointObjectName);
  const meter = new MeteredReader(store);
  const vault = await openVaultReader(meter, keys);
  const disks: { readonly synchronized: SynchronizedDisk; readonly applied: AppliedDisk }[] = [];
  for (const { disk, path } of images) {
    const receivedBefore = meter.receivedBytes;
    const applied = await applyDisk(tools, vault, { disk, path, context }, options);
    const bytesReceived = meter.receivedBytes - receivedBefore;
    disks.push({ applied, synchronized: synchronizedDisk(disk, applied, bytesReceived) });
  }
  const taken = await host.endIncoming(machineId, {
    point: pointObjectName,
    disks: disks.map(({ applied, synchronized: { diskId } }) => ({ diskId, identity: applied.identity })),
    // Of a replica that ran on: its last changes have not come yet.
    moreToCome: !point.final,
  });
  if (!taken) throw overtaken(machine.name);
  return disks.map(({ synchronized }) => synchronized);
}

async function applyDisk(
  { fileSystem }: SynchronizeBackTools,
  vault: VaultReader,
  of: { readonly disk: PointDisk; readonly path: string; readonly context: VaultContext },
  { signal, onProgress }: SynchronizeBackOptions,
): Promise<AppliedDisk> {
  // Heartbeats go out meanwhile.
  const applied = await applyPointToDisk({ vault, ...of, fileSystem, breathe: () => breathe(), signal, onProgress });
  if (applied.root !== of.disk.root) throw notIdentical(of.context, of.disk, of.path);
  return applied;
}

function synchronizedDisk(disk: PointDisk, applied: AppliedDisk, bytesReceived: number): SynchronizedDisk {
  const { root, bytesCompared, bytesWritten, bytesEqual } = applied;
  return { diskId: disk.diskId, root, bytesCompared, bytesWritten, bytesReceived, bytesSaved: bytesEqual };
}

/** Formats that are read, and not written here. */
const READ_ONLY: ReadonlySet<DiskFormat> = new Set(["vmdk-stream", "qcow2"]);

/** All of them are looked for before anything is touched. */
function imagesOf(machine: MachineStatus, point: Point): { disk: PointDisk; path: string }[] {
  return point.disks.map((disk) => {
    const found = machine.disks.find(({ id }) => id === disk.diskId);
    if (found === undefined) throw diskMissing(machine.name, disk);
    if (found.problem !== null) throw new Fault(found.problem);
    if (found.virtualSizeBytes !== disk.virtualSizeBytes) throw sizeDiffers(machine.name, found, disk);
    if (found.format === null || READ_ONLY.has(found.format)) throw notWritable(machine.name, found);
    return { disk, path: found.path };
  });
}

/** Counts what the vault has sent. */
class MeteredReader implements ObjectReader {
  readonly #store: ObjectReader;
  receivedBytes = 0;

  constructor(store: ObjectReader) {
    this.#store = store;
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    const bytes = await this.#store.get(name, range);
    this.receivedBytes += bytes.length;
    return bytes;
  }

  size(name: string): Promise<number | null> {
    return this.#store.size(name);
  }

  list(prefix: string): ReturnType<ObjectReader["list"]> {
    return this.#store.list(prefix);
  }
}

function notIdentical(context: VaultContext, disk: PointDisk, path: string): Fault {
  return new Fault({
    code: "FailbackNotIdentical",
    message: `Disk ${disk.diskId} of ${context.machine}, as read back from '${path}', is not what the recovery point holds.`,
    possibleCauses: "Another program wrote to the disk image meanwhile, or the medium that holds it is failing.",
    recommendedAction:
      "Make sure that nothing else uses the image and check its medium, then synchronize again: only what differs is sent. Until then the machine is not started.",
  });
}

function diskMissing(machineName: string, disk: PointDisk): Fault {
  return new Fault({
    code: "FailbackDiskMissing",
    message: `${machineName} has no disk ${disk.diskId} at this host, and the recovery point has one.`,
    possibleCauses: "The disk was removed from the machine since it was protected, or this is another machine.",
    recommendedAction: "Give the disk back to the machine, or fail back to another host, which creates the machine.",
  });
}

function sizeDiffers(machineName: string, own: DiskStatus, disk: PointDisk): Fault {
  return new Fault({
    code: "DiskSizeDiffers",
    message: `Disk '${own.name}' of ${machineName} has ${own.virtualSizeBytes} bytes, and ${disk.virtualSizeBytes} in the recovery point.`,
    possibleCauses: "The disk was resized or replaced since the machine was failed over.",
    recommendedAction: "Give the machine a disk of that size, or fail back to another host, which creates the machine.",
  });
}

function notWritable(machineName: string, own: DiskStatus): Fault {
  return new Fault({
    code: "DiskFormatReadOnly",
    message: `Disk '${own.name}' of ${machineName} is ${diskFormatLabel(own.format ?? "unknown")}, a format that is not written here.`,
    possibleCauses: "The machine's images come from another product or from an export.",
    recommendedAction:
      "Convert the image to a VHD or VHDX and register the machine with it, or fail back to another host.",
  });
}

function overtaken(machineName: string): Fault {
  return new Fault(
    {
      code: "SynchronizationOvertaken",
      message: `While ${machineName} was synchronized, another synchronization of it began.`,
      possibleCauses: "The failback was started again with a later recovery point, or the machine was registered anew.",
      recommendedAction: "Synchronize again: what has come stays, and only what differs is sent.",
    },
    { retryable: true },
  );
}
