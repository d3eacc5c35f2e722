import type { HydratedDisk } from "@/lib/engine/on-demand/on-demand-files";
import type { Explanation } from "@/lib/kernel/fault";
import type { VaultRef } from "./vault-data";

export interface OnDemandRequest {
  readonly vault: VaultRef;
  readonly machineName: string;
  readonly pointObjectName: string;
  readonly diskId: string;
  /** The image, in the replica's folder; what lies beside it is named after it. */
  readonly path: string;
}

export interface OnDemandProgress {
  readonly phase: "counting" | "hydrating" | "verifying" | "hydrated";
  /** Of the phase. */
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  /** Over the last seconds; null before there is anything to measure. */
  readonly bytesPerSecond: number | null;
  /** What guests waited for, in bytes. */
  readonly bytesDemanded: number;
  /** What keeps the disk from being completed now; it is tried again. */
  readonly problem: Explanation | null;
  /** How the image was proven; null until it was. */
  readonly proof: HydratedDisk | null;
}

/**
 * Disks that are used before they are whole: served from a recovery point block by block, completed and proven behind the
 * guest that runs from them.
 */
export interface OnDemandDisks {
  /**
   * Resolves when the disk can be used. Repeatable: continues what an earlier process left, and finds its proof again when
   * it had been proven. @throws Fault of the vault or the storage
   */
  open(request: OnDemandRequest): Promise<void>;
  /** Null when no such disk is open. */
  progress(path: string): OnDemandProgress | null;
  /** Ends the service of everything in the folder; a guest that asks for more there waits from now on. Repeatable. */
  close(folder: string): Promise<void>;
  /** What of the service of a folder is still there, for the proof of a cleanup: names for people. */
  remains(folder: string): Promise<string[]>;
}
