import type { Explanation } from "@/lib/kernel/fault";
import type { ReplicationProvider } from "./replication-provider";

/** How machines are replicated. The last two are of VMware machines only, and null for others. */
export interface PolicySettings {
  readonly provider: ReplicationProvider;
  /** Between two cuts: 30, 300 or 900, or CONTINUOUS_INTERVAL_SECONDS. */
  readonly replicationIntervalSeconds: number;
  /** How long recovery points are kept; 0 keeps the latest only. */
  readonly recoveryPointHistoryHours: number;
  /** How often the workload is quiesced before a cut; 0 is off. */
  readonly applicationConsistentFrequencyHours: number;
  /** Of the cuts of so many minutes one is kept as a recovery point. */
  readonly crashConsistentFrequencyMinutes: number | null;
  /** A newest point older than this is a warning. */
  readonly recoveryPointThresholdMinutes: number | null;
}

export const REPLICATION_INTERVALS_SECONDS = [30, 300, 900] as const;
/**
 * VMware machines are replicated continuously, as by the service; Hyper-V ones when asked (ours). What is written leaves in a
 * cut every few seconds, so that whatever has arrived is of one instant; which cuts are kept is the retention's business.
 */
export const CONTINUOUS_INTERVAL_SECONDS = 5;
export const HISTORY_HOURS_MAX: Readonly<Record<ReplicationProvider, number>> = {
  HyperVReplicaAzure: 24,
  // On standard storage, as of 2018 (asr reference 8).
  InMageAzureV2: 72,
};
export const APPLICATION_CONSISTENT_HOURS_MAX = 12;
/** As the classic service (asr reference 8); the limit is ours. */
const CRASH_CONSISTENT_MINUTES = 5;
const CRASH_CONSISTENT_MINUTES_MAX = 60;
/** Ours, and so is the limit: the service's default was not captured (asr reference 8). */
const THRESHOLD_MINUTES = 15;
const THRESHOLD_MINUTES_MAX = 24 * 60;

export type GivenSettings = { readonly [K in Exclude<keyof PolicySettings, "provider">]: PolicySettings[K] | null } & {
  readonly provider: ReplicationProvider;
};

/** What the service fills in for what is not said (asr reference 8); no snapshots where no points are kept. */
export function completePolicy(given: GivenSettings): PolicySettings {
  const { provider } = given;
  const recoveryPointHistoryHours = given.recoveryPointHistoryHours ?? (provider === "InMageAzureV2" ? 24 : 2);
  const rest = {
    provider,
    recoveryPointHistoryHours,
    applicationConsistentFrequencyHours:
      given.applicationConsistentFrequencyHours ?? Math.min(1, recoveryPointHistoryHours),
  };
  return provider === "InMageAzureV2"
    ? {
        ...rest,
        replicationIntervalSeconds: CONTINUOUS_INTERVAL_SECONDS,
        crashConsistentFrequencyMinutes: given.crashConsistentFrequencyMinutes ?? CRASH_CONSISTENT_MINUTES,
        recoveryPointThresholdMinutes: given.recoveryPointThresholdMinutes ?? THRESHOLD_MINUTES,
      }
    : {
        ...rest,
        replicationIntervalSeconds: given.replicationIntervalSeconds ?? 300,
        crashConsistentFrequencyMinutes: null,
        recoveryPointThresholdMinutes: null,
      };
}

export function isContinuous({
  replicationIntervalSeconds,
}: Pick<PolicySettings, "replicationIntervalSeconds">): boolean {
  return replicationIntervalSeconds === CONTINUOUS_INTERVAL_SECONDS;
}

export interface PolicyProblem {
  /** The property of the request. */
  readonly target: string;
  readonly explanation: Explanation;
}

/**
 * The properties of a request in which the settings stand, for what is said about them. VMware policies count in minutes where
 * Hyper-V ones count in hours.
 */
const NAMES = {
  HyperVReplicaAzure: {
    history: "recoveryPointHistoryDuration",
    snapshots: "applicationConsistentSnapshotFrequencyInHours",
    inUnits: (hours: number) => `${hours}`,
  },
  InMageAzureV2: {
    history: "recoveryPointHistory",
    snapshots: "appConsistentFrequencyInMinutes",
    inUnits: (hours: number) => `${hours * 60}`,
  },
} as const;

/** The first rule that the settings break, in words; the service answers a bare 150261 (asr reference 8, cross rules). */
export function policyProblem(settings: PolicySettings): PolicyProblem | null {
  return paceProblem(settings) ?? keepingProblem(settings);
}

function paceProblem(settings: PolicySettings): PolicyProblem | null {
  const { provider, replicationIntervalSeconds: interval } = settings;
  if (provider === "HyperVReplicaAzure") {
    if (isContinuous(settings) || REPLICATION_INTERVALS_SECONDS.some((allowed) => allowed === interval)) return null;
    return problem(
      "replicationInterval",
      `A copy frequency of ${interval} seconds is not offered.`,
      "Hyper-V replicates to Azure every 30 seconds, 5 minutes or 15 minutes.",
      "Send 30, 300 or 900; or leave the interval out and send 'continuous': true.",
    );
  }
  const every = settings.crashConsistentFrequencyMinutes ?? 0;
  if (every < 1 || !isWhole(every, CRASH_CONSISTENT_MINUTES_MAX)) {
    return problem(
      "crashConsistentFrequencyInMinutes",
      `Crash-consistent recovery points cannot be kept every ${every} minutes.`,
      "Machines are replicated all the time; a point is kept every 1 to 60 minutes.",
      "Send a whole number from 1 to 60, for example 5.",
    );
  }
  const threshold = settings.recoveryPointThresholdMinutes ?? 0;
  if (threshold >= 1 && isWhole(threshold, THRESHOLD_MINUTES_MAX)) return null;
  return problem(
    "recoveryPointThresholdInMinutes",
    `A threshold of ${threshold} minutes for the recovery point objective cannot be watched.`,
    "The warning comes when the newest recovery point is older than 1 to 1,440 minutes.",
    "Send a whole number from 1 to 1440, for example 15.",
  );
}

function keepingProblem(settings: PolicySettings): PolicyProblem | null {
  const { provider, recoveryPointHistoryHours: history } = settings;
  const snapshots = settings.applicationConsistentFrequencyHours;
  const names = NAMES[provider];
  const historyMax = HISTORY_HOURS_MAX[provider];
  if (!isWhole(history, historyMax)) {
    return problem(
      names.history,
      `Recovery points cannot be kept for ${history} hours.`,
      `Recovery points are kept for 0 to ${historyMax} hours; 0 keeps the latest one only.`,
      `Send a whole number of hours: 0 to ${names.inUnits(historyMax)}.`,
    );
  }
  if (!isWhole(snapshots, APPLICATION_CONSISTENT_HOURS_MAX)) {
    return problem(
      names.snapshots,
      `Application-consistent snapshots cannot be taken every ${snapshots} hours.`,
      "They are taken every 1 to 12 hours; 0 turns them off.",
      `Send a whole number of hours: 0 to ${names.inUnits(APPLICATION_CONSISTENT_HOURS_MAX)}.`,
    );
  }
  if (history === 0 && snapshots > 0) {
    return problem(
      names.snapshots,
      "Application-consistent snapshots need recovery points that are kept.",
      "The policy keeps the latest recovery point only (0 hours), so that a snapshot would be replaced at once.",
      "Keep recovery points for at least an hour, or turn the snapshots off (0).",
    );
  }
  if (snapshots > history) {
    return problem(
      names.snapshots,
      `Snapshots every ${snapshots} hours would be gone before the next one: points are kept for ${history} hours.`,
      "The frequency of application-consistent snapshots must not be longer than the time recovery points are kept.",
      `Take snapshots every ${history} hours or more often, or keep recovery points longer.`,
    );
  }
  return null;
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function problem(target: string, message: string, possibleCauses: string, recommendedAction: string): PolicyProblem {
  return {
    target: `properties.providerSpecificInput.${target}`,
    explanation: { code: "InvalidReplicationPolicy", message, possibleCauses, recommendedAction },
  };
}
