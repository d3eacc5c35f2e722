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
  stop(id: string): Promise<void>;
  /** Powers off and forgets; the disks stay. Idempotent. */
  remove(id: string): Promise<void>;
  list(): Promise<RegionMachine[]>;
}
