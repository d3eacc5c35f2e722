import type { BlockSource } from "../blocks/block-source";
import type { FileIdentity } from "../disk/random-access-file";
import type { VaultKeys } from "../keys/vault-keys";
import type { FrozenViewSource } from "../tracking/frozen-view";
import type { SharedBlobTable, SharedSegment } from "./blob-table";
import type { FinishedPack } from "./pack-finish";

/** Where a disk's frozen state is found: what the site's host answers to a cut. Plain data, so that it can be sent to a thread. */
export type SourceSpec = FrozenViewSource;

/** `FrozenView` is one. */
export interface OpenBlockSource extends BlockSource {
  /** Of an image at rest: all that read it must see the same. */
  readonly identity?: FileIdentity;
  close(): void;
}

export type SourceOpener = (spec: SourceSpec) => OpenBlockSource;

/** Blocks of one lowest page that one worker reads, hashes, compares and stores. */
export interface BlockUnit {
  readonly run: number;
  readonly source: SourceSpec;
  readonly virtualSizeBytes: number;
  /** Block indexes, ascending, all of one lowest page. */
  readonly blocks: Uint32Array;
  /** The page's ids in the earlier tree: what is equal is not stored again. Null: all zero. */
  readonly earlier: SharedArrayBuffer | null;
  /** The page being made; the worker writes the ids of its blocks. */
  readonly page: SharedArrayBuffer;
  /** The table's segments as of now. */
  readonly segments: readonly SharedSegment[];
}

export interface BlockUnitResult {
  readonly bytesRead: number;
  readonly changedBytes: number;
  /** Sealed bytes that went into packs. */
  readonly storedBytes: number;
  /** Packs of others that hold blocks of this unit. */
  readonly reliedOn: readonly number[];
}

export interface BlockWorkersSetup {
  readonly keys: VaultKeys;
  readonly table: SharedBlobTable;
  readonly takeBuffer: () => Promise<ArrayBuffer>;
  readonly giveBuffer: (buffer: ArrayBuffer) => void;
  readonly forgetBuffer: () => void;
  /** A finished pack with its number; its buffer belongs to the callee from now on. */
  readonly onPack: (run: number, number: number, pack: FinishedPack) => void;
}

/** The hands of replication. Implementations: inline-workers (same thread); adapters/engine-workers (worker threads). */
export interface BlockWorkers {
  process(unit: BlockUnit): Promise<BlockUnitResult>;
  /** Hands over the packs begun for the run and closes its sources. No unit of the run may be under way. */
  finishRun(run: number): Promise<void>;
  /** Drops the packs begun for the run and closes its sources. No unit of the run may be under way. */
  discardRun(run: number): Promise<void>;
  close(): Promise<void>;
}

export type StartBlockWorkers = (setup: BlockWorkersSetup) => BlockWorkers;
