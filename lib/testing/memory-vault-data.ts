import { createHash } from "node:crypto";
import type { CompactionReport } from "@/lib/engine/vault/compact";
import type { VaultSpace } from "@/lib/engine/vault/vault-space";
import { Fault } from "@/lib/kernel/fault";
import type { Isolation } from "@/lib/engine/vault/isolate-damage";
import type { DamagedPoint, VaultCheck } from "@/lib/engine/vault/vault-check";
import type {
  CheckOptions,
  MaterialiseResult,
  VaultCheckRequest,
  VaultCheckResult,
  VaultData,
  VaultRef,
} from "@/lib/operations/ports/vault-data";
import type { MemoryReplicaFolders } from "./memory-replica-folders";

interface StoredPoint {
  readonly machineName: string;
  readonly orders: number | null;
  /** False: of a replica that ran on. */
  readonly final?: boolean;
}

/** The identity of a test disk: which one, and how much had been written to it. */
export function testRoot(diskId: string, orders: number | null): string {
  return createHash("sha256")
    .update(`${diskId}:${orders ?? "none"}`)
    .digest("hex");
}

/** A vault that holds for each point what the disks were; restores write into the replica folders' twin. */
export class MemoryVaultData implements VaultData {
  readonly points = new Map<string, StoredPoint>();
  readonly deleted: string[] = [];
  readonly checks: VaultCheckRequest[] = [];
  readonly isolated: string[] = [];
  /** What the next checks report. */
  damages: Partial<VaultCheck> = {};
  damagedPoints: DamagedPoint[] = [];
  unlocked = true;
  hasRecoveryPassphrase = false;
  sweeps = 0;
  /** Every sweep fails in this way. */
  sweepProblem: Fault | null = null;
  compactions = 0;
  private sweeping = 0;
  /** Restores that come out wrong, or fail, that many times, by disk id. */
  readonly corruptions = new Map<string, number>();
  readonly failures = new Map<string, number>();

  constructor(private readonly folders: MemoryReplicaFolders) {}

  async setPassphrase(): Promise<void> {
    this.unlocked = true;
  }
  async isUnlocked(): Promise<boolean> {
    return this.unlocked;
  }
  async keyEnvelopes(): Promise<Uint8Array[]> {
    return [new Uint8Array()];
  }
  async keyState() {
    return {
      state: this.unlocked ? ("Unlocked" as const) : ("Locked" as const),
      hasRecoveryPassphrase: this.hasRecoveryPassphrase,
    };
  }
  async changePassphrase(): Promise<void> {}
  async setRecoveryPassphrase(): Promise<void> {}
  async lock(): Promise<void> {
    this.unlocked = false;
  }
  async unlock(): Promise<void> {
    this.unlocked = true;
  }
  async verifyPassphraseProof(): Promise<boolean> {
    return true;
  }

  async materialise(
    request: { vault: VaultRef; machineName: string; pointObjectName: string; diskId: string; path: string },
    options: { onProgress(bytesDone: number, bytesTotal: number): void; signal: AbortSignal },
  ): Promise<MaterialiseResult> {
    options.signal.throwIfAborted();
    const point = this.points.get(request.pointObjectName);
    if (!point || take(this.failures, request.diskId)) {
      const message = `A pack of ${request.machineName} in ${request.pointObjectName} is missing.`;
      throw new Fault({
        code: "PackMissing",
        message,
        possibleCauses: "Deleted.",
        recommendedAction: "Another point.",
      });
    }
    const wrong = take(this.corruptions, request.diskId);
    const root = wrong ? "0".repeat(64) : testRoot(request.diskId, point.orders);
    this.folders.files.set(request.path, { root, orders: point.orders });
    options.onProgress(1024, 1024);
    return { root, path: request.path, bytesWritten: 1024, bytesVerified: 1024, seconds: 0.1 };
  }

  async check(request: VaultCheckRequest, options: CheckOptions): Promise<VaultCheckResult> {
    options.signal.throwIfAborted();
    this.checks.push(request);
    options.onProgress(1024, 1024);
    const missing = request.expectedPoints.filter((name) => !this.points.has(name));
    const sound = soundCheck(request.read === "none" ? "structure" : "data", this.points.size);
    const damagedPoints = [...this.damagedPoints, ...missing.map(lostPointNamed)];
    return {
      check: { ...sound, ...this.damages, damagedPoints },
      coverage: { packs: 1, packsNeverRead: request.read === "none" ? 1 : 0, allReadSince: null },
    };
  }

  async isolateDamage(_vault: VaultRef, suspects: readonly string[]): Promise<Isolation> {
    this.isolated.push(...suspects);
    return { packsRemoved: suspects, blobsSaved: 3, blobsLost: 1, indexesRewritten: 1 };
  }

  async deletePoint(_vault: VaultRef, pointObjectName: string): Promise<void> {
    if (this.points.delete(pointObjectName)) this.deleted.push(pointObjectName);
  }

  async compact(): Promise<CompactionReport> {
    this.compactions += 1;
    return { packsRewritten: 0, packsWritten: 0, bytesBefore: 0, bytesAfter: 0, packsDamaged: 0, more: false };
  }
  /** A kilobyte a point, as `storedBytes` counts. */
  async measure(): Promise<VaultSpace> {
    const bytes = this.points.size * 1024;
    return {
      ...{ storedBytes: bytes, packBytes: bytes, logicalBytes: 2 * bytes, deduplicatedBytes: bytes },
      ...{ compressedBytes: bytes, reclaimableBytes: 0, announcedBytes: 0, points: this.points.size },
      ...{ packs: this.points.size, groupPacks: 0, machines: [] },
    };
  }

  async sweep(): Promise<{ bytesFreed: number }> {
    if (this.sweepProblem !== null) throw this.sweepProblem;
    this.sweeping += 1;
    if (this.sweeping > 1) throw new Error("two sweeps at once");
    await new Promise((resolve) => setImmediate(resolve));
    this.sweeping -= 1;
    this.sweeps += 1;
    return { bytesFreed: 0 };
  }
  async deleteVault(): Promise<void> {
    this.points.clear();
  }
  async storedBytes(): Promise<number> {
    return this.points.size * 1024;
  }
}

function soundCheck(depth: VaultCheck["depth"], points: number): VaultCheck {
  return {
    ...{ depth, points, packs: points, storedBytes: 1024, packsRead: depth === "data" ? points : 0, bytesRead: 0 },
    ...{ blobsVerified: 0, damagedObjects: [], damagedPoints: [], unlistedPacks: [], unexpectedPoints: [] },
    orphans: { packs: 0, bytes: 0 },
  };
}

function lostPointNamed(name: string): DamagedPoint {
  return { name, machineId: name.split("/")[1] ?? "", at: "", state: "lost", disks: [] };
}

export function take(planted: Map<string, number>, key: string): boolean {
  const left = planted.get(key) ?? 0;
  if (left > 0) planted.set(key, left - 1);
  return left > 0;
}
