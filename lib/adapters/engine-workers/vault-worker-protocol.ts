import type { Explanation } from "@/lib/kernel/fault";
import type { Isolation } from "@/lib/engine/vault/isolate-damage";
import type { Materialised, MaterialiseProgress } from "@/lib/engine/vault/materialise";
import type { HydrationProgress } from "@/lib/engine/on-demand/hydration";
import type { HydratedDisk } from "@/lib/engine/on-demand/on-demand-files";
import type { CompactionReport } from "@/lib/engine/vault/compact";
import type { VaultSpace } from "@/lib/engine/vault/vault-space";
import type { SweepReport } from "@/lib/engine/vault/sweep";
import type { VaultCheck } from "@/lib/engine/vault/vault-check";
import type { VaultContext } from "@/lib/engine/vault/vault-faults";
import type { CaptureTask } from "@/lib/adapters/replica-capture/capture-replica";
import type { CapturedPoint } from "@/lib/operations/ports/replica-capture";
import type { StoreLocation } from "@/lib/adapters/stores/store-location";
import type { WireError } from "./error-wire";

export interface VaultAccess {
  readonly store: StoreLocation;
  /** `VaultKeys.master`. Travels over the process's own channel only, never in its arguments or environment. */
  readonly masterKey: Uint8Array;
}

/** How much of the vault was read, and how long ago. */
export interface PackCoverage {
  readonly packs: number;
  readonly packsNeverRead: number;
  /** ISO 8601; null while a pack was never read. */
  readonly allReadSince: string | null;
}

/** The bulk work that a child process does; each with its arguments, progress and result. */
export interface VaultTasks {
  /** A point's disk as a verified file (engine/vault/materialise). */
  materialise: {
    readonly args: VaultAccess & {
      readonly pointName: string;
      readonly context: VaultContext;
      readonly diskId: string;
      readonly targetPath: string;
      readonly format: "vhd-fixed";
      readonly replace: boolean;
    };
    readonly progress: MaterialiseProgress;
    readonly result: Materialised;
  };
  /**
   * A point's disk as an image that is used before it is whole (engine/on-demand): answers requests for blocks on a unix
   * socket, completes and proves the image behind them. Ends when it is proven; until then also what cannot be had now is
   * only reported, as `problem`, and tried again.
   */
  hydrate: {
    readonly args: VaultAccess & {
      readonly pointName: string;
      readonly context: VaultContext;
      readonly diskId: string;
      readonly imagePath: string;
      readonly socketPath: string;
      readonly bootId: string | null;
    };
    readonly progress: HydrationProgress & { readonly problem: Explanation | null };
    readonly result: HydratedDisk;
  };
  /** A point of a replica that runs, or ran, at a compute host (adapters/replica-capture/capture-replica). */
  "capture-replica": {
    readonly args: VaultAccess & {
      /** Of the compute host that runs the replica. */
      readonly hostSocket: string;
      readonly task: CaptureTask;
    };
    readonly progress: { readonly bytesDone: number; readonly bytesTotal: number };
    readonly result: CapturedPoint;
  };
  /** The root of a disk image that nobody writes to: evidence. */
  "verify-root": {
    readonly args: { readonly masterKey: Uint8Array; readonly imagePath: string };
    readonly progress: { readonly bytesRead: number; readonly bytesTotal: number };
    readonly result: { readonly root: string; readonly bytesRead: number; readonly virtualSizeBytes: number };
  };
  /** Reads everything that the points reach. */
  check: {
    readonly args: VaultAccess & {
      readonly points: readonly { readonly name: string; readonly context: VaultContext }[];
    };
    readonly progress: { readonly pointName: string; readonly bytesRead: number };
    readonly result: readonly {
      readonly name: string;
      readonly problem: Explanation | null;
      readonly bytesRead: number;
    }[];
  };
  /** Looks for damage in the whole vault (engine/vault/check-vault). */
  "check-vault": {
    readonly args: VaultAccess & {
      /** `budgetBytes`: the packs that were not read for the longest time, so many bytes of them. */
      readonly read: "none" | "all" | { readonly budgetBytes: number } | { readonly modifiedSince: string };
      /** Packs found sound at or after this instant (ISO 8601) were read by this check already, before it was interrupted. */
      readonly since: string;
      /** Where it is kept when each pack was last found sound. */
      readonly ledgerPath: string;
      readonly expectedPoints: readonly string[];
    };
    readonly progress: { readonly bytesRead: number; readonly bytesTotal: number };
    readonly result: { readonly check: VaultCheck; readonly coverage: PackCoverage };
  };
  /** Makes everybody stop relying on damaged packs (engine/vault/isolate-damage). Not beside a sweep of the vault. */
  "isolate-damage": {
    readonly args: VaultAccess & { readonly suspects: readonly string[] };
    readonly progress: { readonly packsDone: number; readonly packsTotal: number };
    readonly result: Isolation;
  };
  /** Rewrites packs so that they take less (engine/vault/compact). Not beside a sweep: the caller's duty. */
  compact: {
    readonly args: VaultAccess & { readonly minimumAgeMs: number; readonly bytesMax: number; readonly duty: number };
    readonly progress: { readonly bytesDone: number; readonly bytesTotal: number };
    readonly result: CompactionReport;
  };
  /** Counts where the bytes are (engine/vault/vault-space). */
  "measure-space": {
    readonly args: VaultAccess;
    readonly progress: never;
    readonly result: VaultSpace;
  };
  /** Gives back space (engine/vault/sweep). One at a time per vault: the caller's duty. */
  sweep: {
    readonly args: VaultAccess & { readonly minimumAgeMs: number };
    readonly progress: never;
    readonly result: SweepReport;
  };
}

export type VaultTask = keyof VaultTasks;

export type ToVaultWorker =
  | { [Task in VaultTask]: { kind: "request"; id: number; task: Task; args: VaultTasks[Task]["args"] } }[VaultTask]
  | { readonly kind: "abort"; readonly id: number };

export type FromVaultWorker =
  | { readonly kind: "progress"; readonly id: number; readonly progress: VaultTasks[VaultTask]["progress"] }
  | { readonly kind: "result"; readonly id: number; readonly result: VaultTasks[VaultTask]["result"] }
  | { readonly kind: "error"; readonly id: number; readonly error: WireError };
