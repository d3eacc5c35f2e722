import { formatDuration, formatPlural } from "@/components/ui/format";
import type { PolicyResource } from "@/lib/contract/policies";

export interface PolicySetting {
  readonly label: string;
  readonly value: string;
}

/** The settings of a replication policy, as people read them. VMware policies count in minutes. */
export function policySettings(policy: PolicyResource): readonly PolicySetting[] {
  const details = policy.properties.providerSpecificDetails;
  const isVMware = details.instanceType === "InMageAzureV2";
  const keptHours = isVMware ? details.recoveryPointHistory / 60 : details.recoveryPointHistoryDurationInHours;
  const snapshotHours = isVMware
    ? details.appConsistentFrequencyInMinutes / 60
    : details.applicationConsistentSnapshotFrequencyInHours;
  return [
    { label: "Copy frequency", value: copyFrequency(policy) },
    {
      label: "Recovery points kept for",
      value: keptHours === 0 ? "Only the latest is kept" : formatPlural(keptHours, "hour"),
    },
    {
      label: "Application-consistent snapshots",
      value: snapshotHours === 0 ? "Off" : every(snapshotHours, "hour"),
    },
    ...(isVMware
      ? [{ label: "RPO threshold", value: formatPlural(details.recoveryPointThresholdInMinutes, "minute") }]
      : []),
  ];
}

/** How often what was written leaves, and of what leaves all the time, what is kept. */
export function copyFrequency({ properties }: PolicyResource): string {
  const details = properties.providerSpecificDetails;
  if (details.instanceType === "InMageAzureV2") {
    return `Continuous; a recovery point ${every(details.crashConsistentFrequencyInMinutes, "minute").toLowerCase()}`;
  }
  const seconds = formatDuration(details.replicationInterval);
  return details.continuous ? `Continuous; writes leave every ${seconds}` : `Every ${seconds}`;
}

const every = (count: number, unit: string) => (count === 1 ? `Every ${unit}` : `Every ${formatPlural(count, unit)}`);

/** From which age on the newest recovery point is late; null where the policy does not say it. */
export function thresholdSeconds(policy: PolicyResource | undefined): number | null {
  const details = policy?.properties.providerSpecificDetails;
  return details?.instanceType === "InMageAzureV2" ? details.recoveryPointThresholdInMinutes * 60 : null;
}
