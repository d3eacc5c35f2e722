import type { Disk } from "@/lib/engine/disk/disk";
import { identityOfFiles, pathsOf } from "@/lib/engine/disk/disk-identity";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { sameIdentity, type FileIdentity, type FileSystem } from "@/lib/engine/disk/random-access-file";
import { OnDemandDisk } from "@/lib/engine/on-demand/on-demand-disk";
import { onDemandFiles, readOnDemandState } from "@/lib/engine/on-demand/on-demand-files";
import { openTrackedDisk } from "@/lib/engine/tracking/open-tracked-disk";
import type { TrackedDisk } from "@/lib/engine/tracking/tracked-disk";
import { assert } from "@/lib/kernel/assert";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import type { BlockSupply, SupplyBlocks } from "./block-supply";
import type { DiskStatus, MachineDefinition } from "./host-protocol";
import { diskNotWhole } from "./host-refusals";

export type DiskDefinition = MachineDefinition["disks"][number];

/** Where the logs of the machine's disks are, and the run of the operating system that they are written in. */
export interface LogPlace {
  readonly folder: string;
  readonly bootId: string | null;
}

interface OpenDisk {
  readonly disk: Disk;
  readonly tracked: TrackedDisk;
  /** Of a disk that was started instantly; null for any other. */
  readonly supply: BlockSupply | null;
}

interface Inspection {
  readonly identity: FileIdentity;
  readonly format: DiskStatus["format"];
  readonly virtualSizeBytes: number;
  readonly allocatedBytes: number;
  readonly logicalSectorBytes: number;
  /** Of the image, its parents and extents: all are watched. */
  readonly paths: readonly string[];
  readonly problem: Explanation | null;
}

/**
 * One disk image of a machine. Closed, it is looked at and let go again; open, every write passes the write log. It is
 * open while its machine runs, while its writes are tracked and while a cut of it stands, so that a machine that starts
 * during a cut preserves what the cut needs.
 */
export class HostDisk {
  readonly definition: DiskDefinition;
  readonly #fileSystem: FileSystem;
  readonly #supplyBlocks: SupplyBlocks;
  readonly #logs: LogPlace;
  #open: OpenDisk | null = null;
  #inspection: Inspection | null = null;
  #openProblem: Explanation | null = null;

  constructor(
    definition: DiskDefinition,
    around: { readonly fileSystem: FileSystem; readonly supplyBlocks: SupplyBlocks },
    logs: LogPlace,
  ) {
    this.definition = definition;
    this.#fileSystem = around.fileSystem;
    this.#supplyBlocks = around.supplyBlocks;
    this.#logs = logs;
  }

  get id(): string {
    return this.definition.id;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** The disk as the guest gets it. Must be open. */
  get tracked(): TrackedDisk {
    assert(this.#open !== null, `disk ${this.id} is used while closed`);
    return this.#open.tracked;
  }

  /** Idempotent. Faults of `openDisk` and `openTrackedDisk`. */
  open(): TrackedDisk {
    if (this.#open) return this.#open.tracked;
    this.#inspection = null;
    if (this.definition.refused) throw new Fault(this.definition.refused);
    try {
      const { disk, supply } = this.#openWritable();
      try {
        const tracked = openTrackedDisk({
          disk,
          fileSystem: this.#fileSystem,
          folder: this.#logs.folder,
          diskId: this.id,
          ...(this.#logs.bootId === null ? {} : { bootId: this.#logs.bootId }),
        });
        this.#open = { disk, tracked, supply };
        this.#openProblem = null;
        return tracked;
      } catch (error) {
        disk.close();
        supply?.close();
        throw error;
      }
    } catch (error) {
      if (error instanceof Fault) this.#openProblem = error.explanation;
      throw error;
    }
  }

  close(): void {
    const open = this.#open;
    this.#open = null;
    open?.tracked.close();
    open?.supply?.close();
  }

  /** @throws Refusal DiskNotWhole: what the image alone holds is not the disk. */
  requireWhole(): void {
    if (this.#onDemand() !== undefined) throw diskNotWhole(this.definition.name);
  }

  /**
   * Makes a disk that was started instantly, and is proven, an ordinary one, a little at a time between the guest's own
   * accesses. False when it is not proven yet, or was closed meanwhile; repeatable.
   */
  async settle(): Promise<boolean> {
    if (this.#onDemand() === undefined) return true;
    const proven = readOnDemandState(this.#fileSystem, this.definition.path)?.hydrated;
    if (!proven) return false;
    this.open();
    const disk = this.#open?.disk;
    assert(disk instanceof OnDemandDisk, "a disk with the marks of instant start is opened as one");
    for (const _ of disk.merge()) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#open?.disk !== disk) return false;
    }
    return true;
  }

  #openWritable(): { disk: Disk; supply: BlockSupply | null } {
    const { path } = this.definition;
    const image = openDisk(this.#fileSystem, path, "readwrite");
    try {
      const state = readOnDemandState(this.#fileSystem, path);
      if (state === null) return { disk: image, supply: null };
      const supply = this.#supplyBlocks(path);
      const parts = { image, fileSystem: this.#fileSystem, supplier: supply, isWhole: state.hydrated !== null };
      return { disk: new OnDemandDisk(parts), supply };
    } catch (error) {
      image.close();
      throw error;
    }
  }

  #onDemand(): DiskStatus["onDemand"] {
    if (this.#open?.disk instanceof OnDemandDisk) {
      const { stage, overlayBytes } = this.#open.disk;
      return stage === "ordinary" ? undefined : { stage, overlayBytes, waiting: this.#open.supply?.problem ?? null };
    }
    if (this.#open || !this.#fileSystem.exists(onDemandFiles(this.definition.path).state)) return undefined;
    return { stage: "hydrating", overlayBytes: null, waiting: null };
  }

  /** What the image is, whoever has it open. Never throws for a bad image: `problem` explains it. */
  status(): DiskStatus {
    const { id, name, path, role } = this.definition;
    if (this.#open) {
      const { disk, tracked } = this.#open;
      return {
        ...{ id, name, path, role, problem: null, format: disk.format, virtualSizeBytes: disk.virtualSizeBytes },
        allocatedBytes: allocatedBytesOf(disk),
        logicalSectorBytes: disk.logicalSectorBytes,
        pendingBytes: tracked.pendingBytes,
        onDemand: this.#onDemand(),
      };
    }
    const seen = this.#inspect();
    return {
      ...{ id, name, path, role, pendingBytes: 0, format: seen.format, virtualSizeBytes: seen.virtualSizeBytes },
      allocatedBytes: seen.allocatedBytes,
      logicalSectorBytes: seen.logicalSectorBytes,
      problem: seen.problem ?? this.#openProblem,
      onDemand: this.#onDemand(),
    };
  }

  /** Throws the image's problem; else what it is and the identity by which a change is noticed. */
  inspectForReading(): { format: NonNullable<DiskStatus["format"]>; virtualSizeBytes: number; identity: FileIdentity } {
    const seen = this.#inspect();
    if (seen.problem !== null || seen.format === null) {
      assert(seen.problem !== null, "an image without a format has a problem");
      throw new Fault(seen.problem);
    }
    return { format: seen.format, virtualSizeBytes: seen.virtualSizeBytes, identity: seen.identity };
  }

  unchangedSince(identity: FileIdentity): boolean {
    const paths = this.#inspection?.paths ?? [this.definition.path];
    return (
      paths.every((path) => this.#fileSystem.exists(path)) &&
      sameIdentity(identity, identityOfFiles(this.#fileSystem, paths))
    );
  }

  /** Runs `look` on the disk, opened for reading when it is closed. */
  peek<Result>(look: (disk: Pick<Disk, "virtualSizeBytes" | "read">) => Result): Result {
    if (this.#open) return look(this.#open.tracked);
    const opened = this.#onDemand() === undefined ? null : this.#openWritable();
    const disk = opened?.disk ?? openDisk(this.#fileSystem, this.definition.path, "read");
    try {
      return look(disk);
    } finally {
      disk.close();
      opened?.supply?.close();
    }
  }

  /** Opening an image parses its tables, which is too much for every heartbeat: the answer is kept until it changes. */
  #inspect(): Inspection {
    if (this.definition.refused) return { identity: NOWHERE, ...broken(this.definition.path, this.definition.refused) };
    try {
      const known = identityOfFiles(this.#fileSystem, this.#inspection?.paths ?? [this.definition.path]);
      if (this.#inspection && sameIdentity(this.#inspection.identity, known)) return this.#inspection;
      const look = this.#look();
      // Parents and extents are known only now; what is read through a cut is read later still.
      const identity = identityOfFiles(this.#fileSystem, look.paths);
      const seen = { identity, ...look };
      // What is wrong may be a part of the disk that is missing, and comes without a change of this file.
      this.#inspection = seen.problem === null ? seen : null;
      return seen;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { identity: NOWHERE, ...broken(this.definition.path, error.explanation) };
    }
  }

  #look(): Omit<Inspection, "identity"> {
    try {
      const disk = openDisk(this.#fileSystem, this.definition.path, "read");
      try {
        return {
          format: disk.format,
          virtualSizeBytes: disk.virtualSizeBytes,
          allocatedBytes: allocatedBytesOf(disk),
          ...{ paths: pathsOf(disk), logicalSectorBytes: disk.logicalSectorBytes },
          problem: null,
        };
      } finally {
        disk.close();
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return broken(this.definition.path, error.explanation);
    }
  }
}

const NOWHERE: FileIdentity = { fileId: "", sizeBytes: 0, modifiedNs: "0" };

/** The first file of a split or flat VMDK is a page of text. */
function allocatedBytesOf(disk: Pick<Disk, "files">): number {
  return disk.files.reduce((sum, file) => sum + file.allocatedBytes(), 0);
}

function broken(path: string, problem: Explanation): Omit<Inspection, "identity"> {
  return { format: null, virtualSizeBytes: 0, allocatedBytes: 0, paths: [path], logicalSectorBytes: 512, problem };
}
