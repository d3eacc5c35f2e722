import { blockRuns, blocksOfRuns } from "@/lib/engine/blocks/block-runs";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { rootOfDisk } from "@/lib/engine/blocks/disk-root";
import { treeShape } from "@/lib/engine/blocks/tree-shape";
import { createDynamicVhd } from "@/lib/engine/disk/create-vhd";
import { openDisk } from "@/lib/engine/disk/open-disk";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import { openTrackedDisk } from "@/lib/engine/tracking/open-tracked-disk";
import type { DiskCut, TrackedDisk } from "@/lib/engine/tracking/tracked-disk";
import { Fault } from "@/lib/kernel/fault";
import { MemoryFileSystem, ProcessKilled, type PlantedFaults } from "../memory-file-system";
import { ModelDisk } from "../model-disk";

const SECTOR_BYTES = 512;
const ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES);
const DISKS = ["os", "data"] as const;

export interface SimCut {
  readonly id: string;
  readonly at: string;
  readonly baseline: string | null;
  readonly disks: ReadonlyMap<string, DiskCut>;
}

/**
 * A machine and its host: a guest that writes self-identifying data through the production's tracked disks, on a disk that
 * may fail. It knows what every disk held at every cut.
 */
export class SimMachine {
  readonly diskIds = DISKS;
  /** Root of each disk at each cut, by the cut's instant: the truth that recovery points are compared with. */
  readonly truth = new Map<string, Map<string, string>>();
  readonly contents = new Map<string, Map<string, ModelDisk>>();
  fileSystem = new MemoryFileSystem();
  /** Survives the host: the id of the point that the write logs begin at. */
  #baseline: string | null = null;
  #open = new Map<string, TrackedDisk>();
  #cut: SimCut | null = null;
  #generation = 0;

  constructor(
    readonly id: string,
    private readonly sizes: Readonly<Record<string, number>>,
    private readonly keys: VaultKeys,
    private readonly chance: (below: number) => number,
  ) {
    for (const [index, disk] of DISKS.entries()) {
      const virtualSizeBytes = this.sizeOf(disk);
      const uniqueId = `00112233-4455-6677-8899-aabbccddee0${index}`;
      createDynamicVhd(this.fileSystem, this.imagePath(disk), {
        virtualSizeBytes,
        uniqueId,
        createdAt: new Date(0),
      }).close();
    }
    this.startHost({});
  }

  imagePath(disk: string): string {
    return `/${disk}.vhd`;
  }

  sizeOf(disk: string): number {
    return this.sizes[disk] ?? 0;
  }

  /** A new host process over the same files. */
  startHost(faults: PlantedFaults): void {
    this.fileSystem = this.fileSystem.restart();
    this.#cut = null;
    this.#open = new Map();
    for (const disk of DISKS) {
      const opened = openDisk(this.fileSystem, this.imagePath(disk), "readwrite");
      const tracked = openTrackedDisk({ disk: opened, fileSystem: this.fileSystem, folder: "/tracking", diskId: disk });
      tracked.enableTracking();
      this.#open.set(disk, tracked);
    }
    // Counted from here: what opening does is the subject of the tracking's own tests.
    const { killAtCall, failCalls } = faults;
    this.fileSystem.faults = {
      ...faults,
      ...(killAtCall === undefined ? {} : { killAtCall: this.fileSystem.calls + killAtCall }),
      ...(failCalls === undefined ? {} : { failCalls: failCalls.map((call) => this.fileSystem.calls + call) }),
    };
  }

  get isDead(): boolean {
    return this.fileSystem.killed;
  }

  /** Some writes of the guest; false when the host died over one. */
  work(writes: number): boolean {
    try {
      for (let done = 0; done < writes; done++) this.#writeOnce();
      return true;
    } catch (error) {
      if (error instanceof ProcessKilled) return false;
      // The disk refused: the guest sees an error, as it would, and goes on.
      if (error instanceof Fault) return true;
      throw error;
    }
  }

  /** All disks in one synchronous step. */
  async cut(id: string, at: string): Promise<SimCut> {
    const disks = new Map<string, DiskCut>();
    const held = new Map<string, ModelDisk>();
    for (const disk of DISKS) disks.set(disk, this.#tracked(disk).beginCut(id));
    for (const disk of DISKS) held.set(disk, this.#contentOf(disk));
    const roots = new Map<string, string>();
    this.#cut = { id, at, baseline: this.#baseline, disks };
    const cut = this.#cut;
    for (const [disk, content] of held) roots.set(disk, (await rootOfDisk(content, this.keys)).root.toString("hex"));
    this.truth.set(at, roots);
    this.contents.set(at, held);
    return cut;
  }

  isValid(cut: SimCut): boolean {
    return this.#cut === cut && DISKS.every((disk) => this.#tracked(disk).activeCutId === cut.id);
  }

  /** `baseline`: the registered point that holds the cut; null when it came to nothing. */
  release(cut: SimCut, baseline: string | null): void {
    if (this.#cut !== cut) return;
    const stands = this.isValid(cut);
    if (baseline !== null && stands) this.#baseline = baseline;
    this.#cut = null;
    for (const disk of DISKS) this.#tracked(disk).releaseCut({ committed: baseline !== null && stands });
  }

  #tracked(disk: string): TrackedDisk {
    const tracked = this.#open.get(disk);
    if (tracked === undefined) throw new Error(`the host has no disk ${disk}`);
    return tracked;
  }

  #writeOnce(): void {
    const disk = DISKS[this.chance(DISKS.length)] ?? "os";
    const size = this.sizeOf(disk);
    // Near the beginning and near the end: a tree of two levels, and few blocks to look at.
    const reach = Math.min(size, 5 * BLOCK_BYTES) / SECTOR_BYTES;
    const near = this.chance(reach);
    const sector = this.chance(2) === 0 ? near : size / SECTOR_BYTES - 1 - near;
    const sectors = 1 + this.chance(Math.min(200, size / SECTOR_BYTES - sector));
    const bytes = Buffer.alloc(sectors * SECTOR_BYTES);
    this.#generation += 1;
    // Now and then zeros, as a guest does that trims by writing.
    for (let at = 0; at < bytes.length && this.#generation % 9 !== 0; at += 16) {
      bytes.writeDoubleLE(sector * SECTOR_BYTES + at, at);
      bytes.writeUInt32LE(this.#generation, at + 8);
      bytes.write(this.id.slice(-3) + disk.slice(0, 1), at + 12, "latin1");
    }
    this.#tracked(disk).write(sector * SECTOR_BYTES, bytes);
  }

  /** As a process without faults sees it: the truth is not subject to what is being tested. */
  #contentOf(disk: string): ModelDisk {
    const image = openDisk(new MemoryFileSystem(this.fileSystem.medium), this.imagePath(disk), "read");
    const content = new ModelDisk(image.virtualSizeBytes);
    const block = Buffer.alloc(BLOCK_BYTES);
    const runs = blockRuns(image.allocatedExtents(), treeShape(image.virtualSizeBytes));
    for (const index of blocksOfRuns(runs)) {
      const part = block.subarray(0, Math.min(BLOCK_BYTES, image.virtualSizeBytes - index * BLOCK_BYTES));
      image.read(index * BLOCK_BYTES, part);
      if (!ZERO_BLOCK.subarray(0, part.length).equals(part)) content.setBlock(index, part);
    }
    image.close();
    return content;
  }
}
