import type { HostDiskFormat } from "@/lib/kernel/disk-format";
import type { Explanation } from "@/lib/kernel/fault";

/** What the control plane asks of a registered host. The host dials in; a command waits until it fetches it. */
export type SiteCommand =
  | { readonly type: "stopMachine"; readonly machineId: string }
  | { readonly type: "startMachine"; readonly machineId: string }
  /**
   * Cuts and replicates now; answers when the point is registered. `final`: the machine is off, nothing may follow.
   * `storeAgain`: everything is read, and what the vault has lost is stored again although it has not changed.
   */
  | {
      readonly type: "replicateNow";
      readonly protectedItemId: string;
      readonly final: boolean;
      readonly storeAgain?: boolean;
    }
  | { readonly type: "refreshInventory" }
  /**
   * Makes the machine's own disks what the point holds, which came from its replica: compares by hash, fetches and writes
   * only what differs, reads back. The machine must be off, and stays off. Progress arrives as phase "synchronizingBack".
   * `createMachine`: the host makes the machine, of empty disks in the formats named, when it does not have it.
   */
  | {
      readonly type: "synchronizeBack";
      readonly machineId: string;
      readonly protectedItemId: string;
      readonly pointObjectName: string;
      readonly createMachine: MachineToCreate | null;
    };

/** A machine that a failback makes at a host that does not have it. */
export interface MachineToCreate {
  readonly name: string;
  readonly generation: 1 | 2;
  readonly osType: "Windows" | "Linux" | "Other";
  readonly memoryBytes: number;
  readonly cpuCount: number;
  readonly disks: readonly {
    readonly id: string;
    readonly name: string;
    readonly role: "os" | "data";
    readonly format: HostDiskFormat;
    readonly virtualSizeBytes: number;
  }[];
}

export interface SiteCommandResult {
  readonly recoveryPointId?: string;
  readonly orders?: { readonly count: number; readonly lastAt: string | null } | null;
  readonly power?: string;
  readonly synchronizedBack?: readonly SynchronizedDisk[];
}

/** What came back to one disk of a site. Bytes. */
export interface SynchronizedDisk {
  readonly diskId: string;
  /** Computed from the disk as read back, lower-case hex. */
  readonly root: string;
  readonly bytesCompared: number;
  /** Of blocks that differed and were written. */
  readonly bytesWritten: number;
  /** As fetched from the vault: compressed and sealed. */
  readonly bytesReceived: number;
  /** Of the disk's data that was equal already and did not travel. */
  readonly bytesSaved: number;
}

/** Live replication figures of one protected item, as the host last reported them; kept in memory, never in the database. */
export interface ReplicationProgress {
  readonly protectedItemId: string;
  readonly phase:
    "idle" | "initial" | "delta" | "resync" | "resyncRequired" | "waiting" | "error" | "synchronizingBack";
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
  readonly pendingBytes: number;
  /** Of the run under way or the last one: bytes that the vault has taken. */
  readonly sentBytes?: number;
  readonly sentBytesPerSecond?: number;
  readonly at: string;
  readonly error: Explanation | null;
}

/** What a host measured at its sockets; kept in memory. */
export interface HostTransfer {
  readonly sentBytes: number;
  readonly bytesPerSecond: number;
  /** As the host obeys it now; null: none. */
  readonly limitBytesPerSecond: number | null;
}

export interface SiteGateway {
  /** True while heartbeats arrive (none for 15 s: false). */
  isConnected(providerId: string): boolean;
  /**
   * Delivers once the host asks for work. Rejects with Fault `SiteNotConnected` when no host fetched it within
   * `timeoutMs`, with the host's own fault when it failed there. Safe to repeat: hosts treat commands as idempotent.
   */
  command(
    providerId: string,
    command: SiteCommand,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<SiteCommandResult>;
  progress(protectedItemId: string): ReplicationProgress | null;
  /** Null before the host's first heartbeat. */
  transfer(providerId: string): HostTransfer | null;
}
