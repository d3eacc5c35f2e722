/** The (simulated) Azure region's compute: runs materialised disks. Adapter: the region's compute host. */
export interface RegionMachine {
  readonly id: string;
  readonly power: "off" | "starting" | "running" | "stopping" | "failed";
  readonly powerProblem: string | null;
  readonly firstLineMs: number | null;
  readonly orders: {
    readonly count: number;
    readonly lastAt: string | null;
    readonly verdict: "ok" | "damaged";
  } | null;
  readonly bootReport: { readonly orders: number; readonly verdict: "ok" | "damaged" } | null;
  /** Disks that were started instantly and are not ordinary ones yet. */
  readonly onDemand: readonly {
    readonly diskId: string;
    readonly stage: "hydrating" | "merging";
    /** What the guest wrote beside the image; null while nothing has the disk open. */
    readonly overlayBytes: number | null;
    /** Why the guest's reads wait at the moment; null: they do not. */
    readonly waiting: string | null;
  }[];
  readonly serial: string;
  readonly rows: readonly string[];
}

export interface RegionCompute {
  /** Null when machines can be started; else why not: replicas are then "verified, not booted". */
  unavailableReason(): Promise<string | null>;
  /** Idempotent. Boot disk first. */
  start(machine: {
    id: string;
    name: string;
    memoryBytes: number;
    disks: { id: string; name: string; path: string; role: "os" | "data" }[];
  }): Promise<RegionMachine>;
  get(id: string): Promise<RegionMachine | null>;
  /** What its display shows now, as PNG; null when it is off or gone. @throws Fault when the hypervisor cannot draw it */
  screenshot(id: string): Promise<Uint8Array | null>;
  stop(id: string): Promise<void>;
  /** Disks that were started instantly and are proven become ordinary; true when all are. The guest goes on. Repeatable. */
  settleDisks(id: string): Promise<boolean>;
  /** Powers off and forgets; the disks stay. Idempotent. */
  remove(id: string): Promise<void>;
  list(): Promise<RegionMachine[]>;
}
