import type { Coverage } from "./coverage";

/** Something that was looked at, or why it could not be. */
export type Reading<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

/** What the score is made of, as read at one moment. Ages in seconds, sizes in bytes, times ISO 8601 UTC. */
export interface ReadinessReadings {
  /** Machines whose replica the vault would start: protected and not failed over. */
  readonly recoveryPoints: Reading<readonly MachinePoint[]>;
  readonly replication: Reading<readonly { readonly machine: string; readonly problem: string | null }[]>;
  readonly resynchronization: Reading<readonly { readonly machine: string; readonly reason: string | null }[]>;
  readonly keys: Reading<{
    readonly state: "NotChosen" | "Unlocked" | "Locked";
    readonly hasRecoveryPassphrase: boolean;
  }>;
  readonly check: Reading<VaultSoundness>;
  readonly plansOfMachines: Reading<readonly { readonly machine: string; readonly plans: readonly string[] }[]>;
  readonly plans: Reading<readonly PlanStanding[]>;
  readonly coverage: Reading<Coverage>;
  readonly drills: Reading<readonly DrillStanding[]>;
  readonly sites: Reading<readonly HostStanding[]>;
  readonly disk: Reading<DiskRoom>;
  readonly runbooks: Reading<readonly RunbookUse[]>;
  readonly overdueActions: Reading<
    readonly { readonly plan: string; readonly action: string; readonly since: string }[]
  >;
  readonly testsUp: Reading<readonly { readonly machine: string; readonly since: string }[]>;
}

export interface MachinePoint {
  readonly machine: string;
  /** Null: it has no recovery point. */
  readonly ageSeconds: number | null;
  readonly targetSeconds: number;
}

export interface VaultSoundness {
  /** The newest look that read data; null: there was none. */
  readonly readAt: string | null;
  readonly damagedObjectCount: number;
  readonly damagedPointCount: number;
  readonly unlistedPackCount: number;
  /** Why the newest look did not come to an end; null: it did. */
  readonly failure: string | null;
}

export interface PlanStanding {
  readonly plan: string;
  /** A test of the plan as it is now succeeded. */
  readonly isTestedAsItIs: boolean;
  readonly lastTestedAt: string | null;
}

export interface DrillStanding {
  readonly drill: string;
  /** Of the newest start that counts: one that a person left out or paused does not. Null: there was none. */
  readonly last: {
    readonly state: "Succeeded" | "Failed" | "Skipped";
    readonly at: string;
    readonly why: string;
  } | null;
}

export interface HostStanding {
  readonly host: string;
  readonly site: string;
  readonly isConnected: boolean;
  readonly lastHeartbeatAt: string | null;
}

export interface DiskRoom {
  /** The least that is free where replicas of the vault's machines are made. */
  readonly freeBytes: number;
  readonly machines: readonly {
    readonly machine: string;
    /** What its newest point holds, as it was counted, or at most its disks' size. */
    readonly bytes: number;
    readonly isCounted: boolean;
  }[];
}

export interface RunbookUse {
  readonly plan: string;
  readonly runbook: string;
  /** Why it could not be run now; null: it could. */
  readonly problem: string | null;
}
