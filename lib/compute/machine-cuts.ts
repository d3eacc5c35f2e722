import type { FileIdentity } from "@/lib/engine/disk/random-access-file";
import { assert } from "@/lib/kernel/assert";
import type { LedgerState } from "./guest/ledger";
import { LedgerReader } from "./guest/ledger";
import { readLedgerMark, type LedgerMark } from "./guest/ledger-mark";
import type { HostDisk } from "./host-disk";
import type { CutDisk } from "./host-protocol";

interface ActiveCut {
  readonly cutId: string;
  /** Open disks: their own cut is asked whether it still stands. */
  readonly tracked: readonly HostDisk[];
  /** Images that nobody here writes: void when the file changed. */
  readonly watched: readonly { readonly disk: HostDisk; readonly identity: FileIdentity }[];
}

/** The one cut that a machine may have at a time, over some or all of its disks. */
export class MachineCuts {
  readonly #disks: readonly HostDisk[];
  /** False: the images belong to somebody else; they are only read and watched for changes. */
  readonly #ours: boolean;
  readonly #ledger = new LedgerReader();
  #active: ActiveCut | null = null;

  constructor(disks: readonly HostDisk[], ours: boolean) {
    this.#disks = disks;
    this.#ours = ours;
  }

  get isActive(): boolean {
    return this.#active !== null;
  }

  /**
   * Cuts all the disks in one go: nothing else runs in this process between the first and the last, so no guest write
   * falls in between. Faults of the disks.
   */
  begin(cutId: string, disks: readonly HostDisk[]): { disks: CutDisk[]; orders: LedgerState | null } {
    return this.#ours ? this.#beginTracked(cutId, disks) : this.#beginWatched(cutId, disks);
  }

  #beginTracked(cutId: string, disks: readonly HostDisk[]): { disks: CutDisk[]; orders: LedgerState | null } {
    for (const disk of disks) disk.requireWhole();
    for (const disk of disks) disk.open();
    this.#dropDisksNotIn(disks);
    const begun: HostDisk[] = [];
    this.#active = { cutId, tracked: disks, watched: [] };
    try {
      const cuts = disks.map((disk) => {
        const cut = disk.tracked.beginCut(cutId);
        begun.push(disk);
        return { disk, cut };
      });
      const orders = this.readOrders();
      return {
        orders,
        disks: cuts.map(({ disk, cut }) => ({
          ...describe(disk),
          preservePath: cut.preservePath,
          writeLogPaths: cut.writeLogPaths === null ? null : [...cut.writeLogPaths],
        })),
      };
    } catch (error) {
      for (const disk of begun) disk.tracked.releaseCut({ committed: false });
      this.#active = null;
      throw error;
    }
  }

  #beginWatched(cutId: string, disks: readonly HostDisk[]): { disks: CutDisk[]; orders: LedgerState | null } {
    const watched = disks.map((disk) => ({ disk, seen: disk.inspectForReading() }));
    this.#active = {
      cutId,
      tracked: [],
      watched: watched.map(({ disk, seen }) => ({ disk, identity: seen.identity })),
    };
    return {
      orders: this.readOrders(),
      disks: watched.map(({ disk, seen }) => ({
        diskId: disk.id,
        imagePath: disk.definition.path,
        format: seen.format,
        virtualSizeBytes: seen.virtualSizeBytes,
        preservePath: null,
        writeLogPaths: null,
      })),
    };
  }

  /** True while everything read through the cut is the state at the cut. */
  isValid(cutId: string): boolean {
    const active = this.#active;
    if (active?.cutId !== cutId) return false;
    return (
      active.tracked.every((disk) => disk.isOpen && disk.tracked.activeCutId === cutId) &&
      active.watched.every(({ disk, identity }) => disk.unchangedSince(identity))
    );
  }

  /**
   * Ends the cut. False when it was void already: nothing is dropped then. `beforeDropping` runs only for a cut that is
   * committed and stands, and before the first log goes: what it records may be newer than the logs, never older.
   */
  release(cutId: string, committed: boolean, beforeDropping: () => void): boolean {
    const active = this.#active;
    if (active?.cutId !== cutId) return false;
    const stands = this.isValid(cutId);
    if (committed && stands) beforeDropping();
    this.#active = null;
    for (const disk of active.tracked) if (disk.isOpen) disk.tracked.releaseCut({ committed: committed && stands });
    return stands;
  }

  /** Ends whatever cut there is: the machine is forgotten or the host goes down. */
  abandon(): void {
    if (this.#active) this.release(this.#active.cutId, false, () => undefined);
  }

  /** The ledger guest's own mark on the first disk; null for any other system, and for a disk that cannot be read. */
  readOrders(): LedgerState | null {
    const [first] = this.#disks;
    if (!first || first.status().problem !== null) return null;
    return first.peek((disk) => this.#ledger.read(disk));
  }

  /** What the guest wrote when it was last quiesced; as `readOrders`. */
  readMark(): LedgerMark | null {
    const [first] = this.#disks;
    if (!first || first.status().problem !== null) return null;
    return first.peek((disk) => readLedgerMark(disk));
  }

  /** A smaller cut replaces a larger one: the disks left out must not go on preserving. */
  #dropDisksNotIn(disks: readonly HostDisk[]): void {
    for (const disk of this.#active?.tracked ?? []) {
      if (!disks.includes(disk) && disk.isOpen) disk.tracked.releaseCut({ committed: false });
    }
  }
}

function describe(disk: HostDisk): Pick<CutDisk, "diskId" | "imagePath" | "format" | "virtualSizeBytes"> {
  const { format, virtualSizeBytes } = disk.status();
  assert(format !== null, "an open disk has a format");
  return { diskId: disk.id, imagePath: disk.definition.path, format, virtualSizeBytes };
}
