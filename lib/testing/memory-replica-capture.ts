import { Fault } from "@/lib/kernel/fault";
import type { Clock } from "@/lib/kernel/clock";
import type { CapturedPoint, CaptureRequest, ReplicaCapture } from "@/lib/operations/ports/replica-capture";
import type { MemoryRegion } from "./memory-region";
import type { MemoryReplicaFolders } from "./memory-replica-folders";
import { take, testRoot, type MemoryVaultData } from "./memory-vault-data";

/** Points of replicas, in memory: what a replica's disks hold now goes into the vault's twin. `write` plays its guest. */
export class MemoryReplicaCapture implements ReplicaCapture {
  readonly log: string[] = [];
  /** Captures that fail, that many times, by machine name. */
  readonly failures = new Map<string, number>();
  private captures = 0;

  constructor(
    private readonly region: MemoryRegion,
    private readonly folders: MemoryReplicaFolders,
    private readonly vaultData: MemoryVaultData,
    private readonly clock: Clock,
  ) {}

  /** The replica takes so many orders, onto the disks that it was started with. */
  write(machineName: string, orders: number): void {
    const machine = [...this.region.machines.values()].find((one) => one.name === machineName);
    if (machine?.power !== "running" || !machine.orders) throw new Error(`${machineName} takes no orders`);
    const count = machine.orders.count + orders;
    this.region.machines.set(machine.id, { ...machine, orders: { ...machine.orders, count } });
    for (const [path, file] of this.folders.files) {
      if (path.includes(`/replicas/${machineName}-`)) file.orders = count;
    }
  }

  async capture(
    request: CaptureRequest,
    options: { onProgress(bytesDone: number, bytesTotal: number): void; readonly signal: AbortSignal },
  ): Promise<CapturedPoint> {
    options.signal.throwIfAborted();
    const { item, machine, base, final } = request;
    const replica = this.region.machines.get(machine.id);
    if (final && replica !== undefined && replica.power !== "off") throw replicaNotOff(machine.name);
    if (!this.vaultData.points.has(base.objectName) || take(this.failures, machine.name)) {
      throw captureFailed(machine.name);
    }
    const written = replica?.orders?.count ?? null;
    const onDisk = this.folders.files.get(machine.disks[0]?.path ?? "")?.orders ?? null;
    const count = written ?? onDisk;
    // Names sort by time, and these after those that the site's twin gives.
    const objectName = `points/${item.machineId}/replica-${String((this.captures += 1)).padStart(6, "0")}`;
    this.vaultData.points.set(objectName, { machineName: item.machineName, orders: count, final });
    options.onProgress(4096, 4096);
    this.log.push(`captured ${machine.name}${final ? ", final" : ""}`);
    return {
      ...{ objectName, at: this.clock.now().toISOString() },
      disks: base.disks.map(({ diskId, virtualSizeBytes }) => {
        return { diskId, virtualSizeBytes, root: testRoot(diskId, count) };
      }),
      ...{ sourceBytesRead: 4096, changedBytes: 1024, storedBytes: 512 },
      orders: count === null ? null : { count, lastAt: null },
    };
  }
}

function replicaNotOff(name: string): Fault {
  return new Fault({
    code: "ReplicaNotOff",
    message: `${name} runs in the region; its last changes can be taken only when it is off.`,
    possibleCauses: "It was started again.",
    recommendedAction: "Shut it down and try again.",
  });
}

function captureFailed(name: string): Fault {
  return new Fault(
    {
      code: "VaultPackMissing",
      message: `What ${name} has written could not be stored.`,
      possibleCauses: "Planted, or the point that it was made from is gone.",
      recommendedAction: "None.",
    },
    { retryable: true },
  );
}
