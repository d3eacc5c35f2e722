"use client";
import { fieldProblem } from "@/components/shell/field-problem";
import { Select, type Option } from "@/components/ui/select";
import type { ArmError } from "@/lib/client/arm-error";
import { CONTINUOUS_INTERVAL_SECONDS, type PolicyProblem, type PolicySettings } from "@/lib/domain/policy-rules";
import type { ReplicationProvider } from "@/lib/domain/replication-provider";

type Setting = Exclude<keyof PolicySettings, "provider">;

/** A setting to choose, and the property of the request that carries it. */
interface Field {
  readonly setting: Setting;
  readonly property: string;
  readonly label: string;
  readonly options: readonly Option[];
}

const hours = (count: number) => (count === 1 ? "1 hour" : `${count} hours`);
const minutes = (count: number) => (count === 1 ? "1 minute" : `${count} minutes`);
const choices = (values: readonly number[], label: (value: number) => string): readonly Option[] =>
  values.map((value) => ({ value: String(value), label: label(value) }));

const frequencies: readonly Option[] = [
  {
    value: String(CONTINUOUS_INTERVAL_SECONDS),
    label: "Continuous",
    hint: "Writes leave every 5 seconds; of each five minutes one recovery point is kept.",
  },
  { value: "30", label: "30 seconds" },
  { value: "300", label: "5 minutes" },
  { value: "900", label: "15 minutes" },
];
const latestOnly: Option = { value: "0", label: "Only the latest recovery point" };
const snapshots: readonly Option[] = [
  { value: "0", label: "Off" },
  ...choices([1, 2, 3, 4, 6, 8, 12], (count) => (count === 1 ? "Every hour" : `Every ${hours(count)}`)),
];

const FIELDS: Readonly<Record<ReplicationProvider, readonly Field[]>> = {
  HyperVReplicaAzure: [
    {
      setting: "replicationIntervalSeconds",
      property: "replicationInterval",
      label: "Copy frequency",
      options: frequencies,
    },
    {
      setting: "recoveryPointHistoryHours",
      property: "recoveryPointHistoryDuration",
      label: "Retain recovery points for",
      options: [latestOnly, ...choices([1, 2, 4, 8, 12, 16, 24], hours)],
    },
    {
      setting: "applicationConsistentFrequencyHours",
      property: "applicationConsistentSnapshotFrequencyInHours",
      label: "Application-consistent snapshots",
      options: snapshots,
    },
  ],
  InMageAzureV2: [
    {
      setting: "crashConsistentFrequencyMinutes",
      property: "crashConsistentFrequencyInMinutes",
      label: "Crash-consistent recovery points every",
      options: choices([1, 5, 10, 15, 30, 60], minutes),
    },
    {
      setting: "recoveryPointHistoryHours",
      property: "recoveryPointHistory",
      label: "Recovery points kept for",
      options: [latestOnly, ...choices([1, 2, 4, 8, 12, 24, 48, 72], hours)],
    },
    {
      setting: "applicationConsistentFrequencyHours",
      property: "appConsistentFrequencyInMinutes",
      label: "Application-consistent snapshots",
      options: snapshots,
    },
    {
      setting: "recoveryPointThresholdMinutes",
      property: "recoveryPointThresholdInMinutes",
      label: "RPO threshold",
      options: choices([5, 15, 30, 60], minutes),
    },
  ],
};

/** The properties whose refusals are shown at their fields. */
export const settingProperties = (provider: ReplicationProvider) => FIELDS[provider].map(({ property }) => property);

/** How machines are replicated: one drop-down for each setting that their provider has. */
export function ReplicationSettingsFields(props: {
  readonly settings: PolicySettings;
  readonly onChange: (settings: PolicySettings) => void;
  /** The rule that the settings break. */
  readonly broken: PolicyProblem | null;
  readonly refusal: ArmError | null;
}) {
  const { settings, onChange, broken, refusal } = props;
  return FIELDS[settings.provider].map(({ setting, property, label, options }) => (
    <Select
      key={setting}
      label={label}
      value={String(settings[setting])}
      onChange={(value) => onChange({ ...settings, [setting]: Number(value) })}
      options={options}
      error={fieldProblem(broken?.target.endsWith(`.${property}`) ? broken.explanation : null, refusal, property)}
    />
  ));
}
