import type { DeployedMachine, ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { VaultRef } from "./vault-data";

export interface CaptureRequest {
  readonly vault: VaultRef;
  readonly item: Pick<ProtectedItem, "id" | "machineId" | "machineName">;
  /** The replica that runs, or ran, in the region. */
  readonly machine: DeployedMachine;
  /** What the replica was made from, or the point of the capture before this one: only differences to it are stored. */
  readonly base: RecoveryPoint;
  /** The replica is off and nothing may follow. */
  readonly final: boolean;
}

/** A recovery point of a replica: the object is in the vault; the caller makes it known. */
export interface CapturedPoint {
  readonly objectName: string;
  /** Instant of the cut, ISO 8601. */
  readonly at: string;
  readonly disks: RecoveryPoint["disks"];
  readonly sourceBytesRead: number;
  /** Bytes of blocks that differ from the base. */
  readonly changedBytes: number;
  readonly storedBytes: number;
  readonly orders: RecoveryPoint["orders"];
}

/** The way back: what a replica in the region has written since it was made, stored in the vault as a point. */
export interface ReplicaCapture {
  /**
   * Cuts all disks of the replica at one instant while it runs, or as they are when it is off. Repeatable: what an attempt
   * that was killed has stored is not stored again. @throws Fault ReplicaNotOff (final, and it runs), those of the vault
   */
  capture(
    request: CaptureRequest,
    options: { onProgress(bytesDone: number, bytesTotal: number): void; readonly signal: AbortSignal },
  ): Promise<CapturedPoint>;
}
