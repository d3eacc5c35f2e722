import type { Explanation } from "@/lib/kernel/fault";

export interface PolicySettings {
  readonly replicationIntervalSeconds: number;
  readonly recoveryPointHistoryHours: number;
  readonly applicationConsistentFrequencyHours: number;
}

export const REPLICATION_INTERVALS_SECONDS = [30, 300, 900] as const;
/**
 * Ours: as VMware machines are replicated by the service, whose writes leave all the time. Here they leave in a cut every
 * few seconds, so that whatever has arrived is of one instant; of these, one in five minutes is kept (retention).
 */
export const CONTINUOUS_INTERVAL_SECONDS = 5;
export const HISTORY_HOURS_MAX = 24;
export const APPLICATION_CONSISTENT_HOURS_MAX = 12;

/** What the service fills in for what is not said (asr reference 8); no snapshots where no points are kept. */
export function completePolicy(given: {
  readonly [K in keyof PolicySettings]: PolicySettings[K] | null;
}): PolicySettings {
  const recoveryPointHistoryHours = given.recoveryPointHistoryHours ?? 2;
  return {
    replicationIntervalSeconds: given.replicationIntervalSeconds ?? 300,
    recoveryPointHistoryHours,
    applicationConsistentFrequencyHours:
      given.applicationConsistentFrequencyHours ?? Math.min(1, recoveryPointHistoryHours),
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

/** The first rule that the settings break, in words; the service answers a bare 150261 (asr reference 8, cross rules). */
export function policyProblem(settings: PolicySettings): PolicyProblem | null {
  const { replicationIntervalSeconds: interval, recoveryPointHistoryHours: history } = settings;
  const snapshots = settings.applicationConsistentFrequencyHours;
  if (!isContinuous(settings) && !REPLICATION_INTERVALS_SECONDS.some((allowed) => allowed === interval)) {
    return problem(
      "replicationInterval",
      `A copy frequency of ${interval} seconds is not offered.`,
      "Hyper-V replicates to Azure every 30 seconds, 5 minutes or 15 minutes.",
      "Send 30, 300 or 900; or leave the interval out and send 'continuous': true.",
    );
  }
  if (!isWhole(history, HISTORY_HOURS_MAX)) {
    return problem(
      "recoveryPointHistoryDuration",
      `Recovery points cannot be kept for ${history} hours.`,
      "Recovery points are kept for 0 to 24 hours; 0 keeps the latest one only.",
      "Send a whole number from 0 to 24.",
    );
  }
  if (!isWhole(snapshots, APPLICATION_CONSISTENT_HOURS_MAX)) {
    return problem(
      "applicationConsistentSnapshotFrequencyInHours",
      `Application-consistent snapshots cannot be taken every ${snapshots} hours.`,
      "They are taken every 1 to 12 hours; 0 turns them off.",
      "Send a whole number from 0 to 12.",
    );
  }
  if (history === 0 && snapshots > 0) {
    return problem(
      "applicationConsistentSnapshotFrequencyInHours",
      "Application-consistent snapshots need recovery points that are kept.",
      "The policy keeps the latest recovery point only (0 hours), so that a snapshot would be replaced at once.",
      "Keep recovery points for at least an hour, or turn the snapshots off (0).",
    );
  }
  if (snapshots > history) {
    return problem(
      "applicationConsistentSnapshotFrequencyInHours",
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
