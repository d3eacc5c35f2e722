import { Fault } from "@/lib/kernel/fault";
import type { Disk } from "../disk/disk";
import { identityOfFiles, pathsOf } from "../disk/disk-identity";
import { type FileSystem, sameIdentity } from "../disk/random-access-file";
import { DirtyBlocks } from "./dirty-blocks";
import type { TrackingFiles, TrackingState } from "./tracking-files";
import { readWriteLog } from "./write-log";

export const NOTHING_COMMITTED = "Nothing was replicated yet since tracking was turned on.";

/** What the files of an earlier run say. */
export interface RecoveredTracking {
  readonly baseCommitted: boolean;
  readonly committedThrough: number;
  /** The blocks that the kept logs name. */
  readonly pending: DirtyBlocks;
  /** Of the log to open. */
  readonly nextGeneration: number;
  readonly fullReadReason: string | null;
}

/**
 * Judges whether the logs name everything that was written since the last committed cut. Whenever that is not certain,
 * the answer is to read everything: a change that is missed would be found in a failover, and never before.
 */
export function recoverTracking(
  fileSystem: FileSystem,
  files: TrackingFiles,
  disk: Disk,
  state: TrackingState | "lost",
  bootId: string | null,
): RecoveredTracking {
  const generations = files.generations();
  const committedThrough = state === "lost" ? 0 : state.committedThrough;
  const nextGeneration = Math.max(committedThrough, ...generations) + 1;
  const kept = generations.filter((generation) => generation > committedThrough);
  const pending = new DirtyBlocks();
  const reason = doubt(fileSystem, disk, state, bootId, kept) ?? readLogs(fileSystem, files, kept, pending);
  if (reason !== null) {
    const nothing = new DirtyBlocks();
    return {
      baseCommitted: false,
      committedThrough: nextGeneration - 1,
      pending: nothing,
      nextGeneration,
      fullReadReason: reason,
    };
  }
  const baseCommitted = state !== "lost" && state.baseCommitted;
  const fullReadReason = baseCommitted ? null : NOTHING_COMMITTED;
  return { baseCommitted, committedThrough, pending, nextGeneration, fullReadReason };
}

function doubt(
  fileSystem: FileSystem,
  disk: Disk,
  state: TrackingState | "lost",
  bootId: string | null,
  kept: readonly number[],
): string | null {
  if (state === "lost") return "The write log could not be written, so it is not known what changed.";
  if (state.virtualSizeBytes !== disk.virtualSizeBytes) return "The disk has another size than when it was logged.";
  if (state.closedImage !== null) {
    const now = identityOfFiles(fileSystem, pathsOf(disk));
    if (!sameIdentity(state.closedImage, now))
      return "The image was changed or replaced while the host did not have it open.";
  } else if (state.bootId !== null && bootId !== null && state.bootId !== bootId) {
    // What was written without a sync may have reached the medium in any order: data without its record too.
    return "The computer stopped while the disk was in use, so the end of the write log may be missing.";
  }
  const complete =
    kept.length > 0 && kept.every((generation, index) => generation === state.committedThrough + 1 + index);
  return complete ? null : "A write log is missing.";
}

function readLogs(
  fileSystem: FileSystem,
  files: TrackingFiles,
  generations: readonly number[],
  into: DirtyBlocks,
): string | null {
  for (const generation of generations) {
    try {
      into.addAll(readWriteLog(fileSystem, files.writeLog(generation)));
    } catch (error) {
      if (error instanceof Fault && error.code === "WriteLogDamaged") return error.message;
      throw error;
    }
  }
  return null;
}
