import { Fault } from "@/lib/kernel/fault";
import type { Disk } from "../disk/disk";
import { identityOfFiles, pathsOf } from "../disk/disk-identity";
import type { FileIdentity, FileSystem } from "../disk/random-access-file";
import { blocksOf, DirtyBlocks } from "./dirty-blocks";
import { PreserveLogWriter } from "./preserve-log";
import type { DiskCut, TrackedDisk, TrackedDiskOptions } from "./tracked-disk";
import { TrackingFiles } from "./tracking-files";
import { NOTHING_COMMITTED, recoverTracking } from "./tracking-recovery";
import { WriteLogWriter } from "./write-log";

/** Continues with the logs of an earlier run; a cut that was in progress then is void. Faults: those of the file system. */
export function openTrackedDisk(options: TrackedDiskOptions): TrackedDisk {
  return new LoggedDisk(options);
}

interface ActiveCut {
  readonly cutId: string;
  readonly preserve: PreserveLogWriter;
  /** Logs up to this generation are closed for the cut; null when tracking was off at the cut, or since. */
  generation: number | null;
}

/** Tracking that is on. */
interface Logging {
  log: WriteLogWriter;
  generation: number;
  committedThrough: number;
  baseCommitted: boolean;
  /** Set when a record could not be written: from then until the next log, changes are not named anywhere. */
  broken: boolean;
  fullReadReason: string | null;
  /** What all logs since the last committed cut name, the open one included. */
  readonly pending: DirtyBlocks;
}

class LoggedDisk implements TrackedDisk {
  readonly #disk: Disk;
  readonly #fileSystem: FileSystem;
  readonly #files: TrackingFiles;
  readonly #bootId: string | null;
  #logging: Logging | null;
  #cut: ActiveCut | null = null;

  constructor(options: TrackedDiskOptions) {
    this.#disk = options.disk;
    this.#fileSystem = options.fileSystem;
    this.#files = new TrackingFiles(options.fileSystem, options.folder, options.diskId);
    this.#bootId = options.bootId ?? null;
    this.#files.removePreserveLogs();
    this.#logging = this.#resume();
  }

  #resume(): Logging | null {
    const state = this.#files.readState();
    if (state === null) {
      this.#files.removeWriteLogs(Number.MAX_SAFE_INTEGER);
      return null;
    }
    const found = recoverTracking(this.#fileSystem, this.#files, this.#disk, state, this.#bootId);
    const logging: Logging = {
      log: this.#openLog(found.nextGeneration),
      generation: found.nextGeneration,
      committedThrough: found.committedThrough,
      baseCommitted: found.baseCommitted,
      broken: false,
      fullReadReason: found.fullReadReason,
      pending: found.pending,
    };
    try {
      this.#saveState(logging, null);
      this.#files.removeWriteLogs(logging.committedThrough);
    } catch (error) {
      logging.log.close();
      throw error;
    }
    return logging;
  }

  #openLog(generation: number): WriteLogWriter {
    return new WriteLogWriter(this.#fileSystem, this.#files.writeLog(generation), generation, this.virtualSizeBytes);
  }

  #saveState(logging: Logging, closedImage: FileIdentity | null): void {
    this.#files.writeState({
      format: 1,
      virtualSizeBytes: this.virtualSizeBytes,
      baseCommitted: logging.baseCommitted,
      committedThrough: logging.committedThrough,
      closedImage,
      bootId: this.#bootId,
    });
  }

  get virtualSizeBytes(): number {
    return this.#disk.virtualSizeBytes;
  }

  get trackingEnabled(): boolean {
    return this.#logging !== null;
  }

  get pendingBytes(): number {
    return this.#logging?.pending.bytes ?? 0;
  }

  get fullReadReason(): string | null {
    return this.#logging === null ? "Tracking is off." : this.#logging.fullReadReason;
  }

  get activeCutId(): string | null {
    return this.#cut?.cutId ?? null;
  }

  prepare(offsetBytes: number, lengthBytes: number): Promise<void> | null {
    return this.#disk.prepare?.(offsetBytes, lengthBytes) ?? null;
  }

  read(offsetBytes: number, into: Uint8Array): void {
    this.#disk.read(offsetBytes, into);
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#logging !== null) this.#logWrite(this.#logging, offsetBytes, bytes.length);
    if (this.#cut !== null) this.#preserve(this.#cut, offsetBytes, bytes.length);
    this.#disk.write(offsetBytes, bytes);
  }

  #logWrite(logging: Logging, offsetBytes: number, lengthBytes: number): void {
    if (!logging.broken) {
      try {
        logging.log.append(offsetBytes, lengthBytes);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        this.#breakLog(logging, error);
      }
    }
    logging.pending.addExtent(offsetBytes, lengthBytes);
  }

  /**
   * A full disk under the logs must not fail the guest's writes: replication pays instead, with one full read. That
   * decision has to be durable before the write goes on; where even this fails, the write is refused.
   */
  #breakLog(logging: Logging, fault: Fault): void {
    if (logging.baseCommitted) this.#files.markLost();
    logging.baseCommitted = false;
    logging.broken = true;
    logging.fullReadReason = `The write log could not be written: ${fault.message}`;
  }

  #preserve(cut: ActiveCut, offsetBytes: number, lengthBytes: number): void {
    const { first, last } = blocksOf(offsetBytes, lengthBytes);
    try {
      cut.preserve.preserve(this.#disk, first, last);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // Likewise: the cut is void (its readers see that the log is gone), the guest goes on. Frees the space, too.
      this.#endCut();
    }
  }

  /** Removing the log's name voids the cut for its readers; if that fails, nothing may be written either. */
  #endCut(): void {
    this.#cut?.preserve.end();
    this.#cut = null;
  }

  sync(): void {
    if (this.#logging?.broken === false) this.#logging.log.sync();
    this.#disk.sync();
  }

  enableTracking(): void {
    if (this.#logging !== null) return;
    const logging: Logging = {
      log: this.#openLog(1),
      generation: 1,
      committedThrough: 0,
      baseCommitted: false,
      broken: false,
      fullReadReason: NOTHING_COMMITTED,
      pending: new DirtyBlocks(),
    };
    try {
      this.#saveState(logging, null);
    } catch (error) {
      logging.log.close();
      throw error;
    }
    this.#logging = logging;
  }

  disableTracking(): void {
    if (this.#logging === null) return;
    this.#files.removeState();
    this.#logging.log.close();
    this.#logging = null;
    // The cut may still be read, but it cannot become a base: from now on nothing logs what follows it.
    if (this.#cut !== null) this.#cut.generation = null;
    this.#files.removeWriteLogs(Number.MAX_SAFE_INTEGER);
  }

  beginCut(cutId: string): DiskCut {
    this.#endCut();
    const preserve = new PreserveLogWriter(this.#fileSystem, this.#files.preserveLog(cutId));
    try {
      const generation = this.#logging === null ? null : this.#closeLog(this.#logging);
      this.#cut = { cutId, preserve, generation };
    } catch (error) {
      preserve.end();
      throw error;
    }
    return { preservePath: preserve.path, writeLogPaths: this.#closedLogPaths() };
  }

  /** Opens the next log, then lets go of the current one, whose generation is returned. */
  #closeLog(logging: Logging): number {
    if (!logging.broken) logging.log.sync();
    const next = this.#openLog(logging.generation + 1);
    logging.log.close();
    logging.log = next;
    logging.generation += 1;
    logging.broken = false;
    return logging.generation - 1;
  }

  #closedLogPaths(): string[] | null {
    const logging = this.#logging;
    if (logging === null || !logging.baseCommitted) return null;
    const count = logging.generation - logging.committedThrough - 1;
    return Array.from({ length: count }, (_, index) => this.#files.writeLog(logging.committedThrough + 1 + index));
  }

  releaseCut({ committed }: { committed: boolean }): boolean {
    const cut = this.#cut;
    if (cut === null) return false;
    this.#endCut();
    if (committed && cut.generation !== null && this.#logging !== null) this.#commit(this.#logging, cut.generation);
    return true;
  }

  /** The state first, then the logs that it makes superfluous: killed in between, the next open removes them. */
  #commit(logging: Logging, generation: number): void {
    // Changes since the cut went unlogged: the cut is safe, but it cannot be what the next one builds on.
    if (logging.broken) return;
    const before = { baseCommitted: logging.baseCommitted, committedThrough: logging.committedThrough };
    logging.baseCommitted = true;
    logging.committedThrough = generation;
    try {
      this.#saveState(logging, null);
    } catch (error) {
      Object.assign(logging, before);
      throw error;
    }
    logging.fullReadReason = null;
    logging.pending.clear();
    logging.pending.addAll(logging.log.blocks);
    this.#files.removeWriteLogs(generation);
  }

  close(): void {
    this.#endCut();
    const logging = this.#logging;
    try {
      if (logging !== null) {
        this.sync();
        logging.log.close();
      }
    } finally {
      this.#disk.close();
    }
    // A broken log has left its mark: it must still be there at the next open. The files are looked at last: a sparse VMDK
    // gives back its reserve and takes away its mark when it is closed.
    if (logging?.broken === false) this.#saveState(logging, identityOfFiles(this.#fileSystem, pathsOf(this.#disk)));
  }
}
