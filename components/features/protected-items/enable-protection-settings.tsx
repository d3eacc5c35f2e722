"use client";
import { Checkbox } from "@/components/ui/checkbox";
import { formatBytes } from "@/components/ui/format";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import {
  settingsProblems,
  type Candidate,
  type MachineSettings,
  type NetworkOffer,
  type SizeOffer,
} from "./enable-protection-model";

export interface EnableProtectionSettingsProps {
  readonly candidate: Candidate;
  readonly settings: MachineSettings;
  readonly sizes: readonly SizeOffer[];
  readonly networks: readonly NetworkOffer[];
  readonly onChange: (settings: MachineSettings) => void;
  /** The service's word about a field, by the name of the setting. */
  readonly refusals: {
    readonly targetName: string | null;
    readonly size: string | null;
    readonly network: string | null;
  };
}

const sizeHint = (size: SizeOffer) =>
  `${size.cpuCoresCount} ${size.cpuCoresCount === 1 ? "core" : "cores"}, ${size.memoryInGB} GB, up to ${size.maxDataDiskCount} data disks`;

/** What one machine becomes in Azure, and which of its disks are replicated. */
export function EnableProtectionSettings(props: EnableProtectionSettingsProps) {
  const { candidate, settings, networks, onChange, refusals } = props;
  const problems = settingsProblems(candidate, settings);
  const network = networks.find((one) => one.name === settings.networkName);
  return (
    <fieldset className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4">
      <legend className="px-1 font-semibold">{candidate.title}</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name in Azure"
          value={settings.targetName}
          onChange={(targetName) => onChange({ ...settings, targetName })}
          error={problems.name ?? refusals.targetName}
          isRequired
        />
        <Select
          label="Size"
          options={props.sizes.map((size) => ({ value: size.name, label: size.name, hint: sizeHint(size) }))}
          value={settings.size === "" ? null : settings.size}
          onChange={(size) => onChange({ ...settings, size })}
          error={refusals.size}
        />
        <Select
          label="Network"
          options={networks.map((one) => ({
            value: one.name,
            label: one.name,
            hint: one.isIsolated ? "Isolated, meant for tests" : undefined,
          }))}
          value={settings.networkName}
          onChange={(networkName) => {
            const first = networks.find((one) => one.name === networkName)?.subnets[0]?.name ?? null;
            onChange({ ...settings, networkName, subnetName: first });
          }}
          hint={networks.length === 0 ? "There is no network yet. Create one under Networks." : undefined}
          error={refusals.network}
        />
        <Select
          label="Subnet"
          options={(network?.subnets ?? []).map(({ name }) => ({ value: name, label: name }))}
          value={settings.subnetName}
          onChange={(subnetName) => onChange({ ...settings, subnetName })}
        />
      </div>
      <DiskChoice {...props} problem={problems.disks ?? null} />
    </fieldset>
  );
}

function DiskChoice(props: EnableProtectionSettingsProps & { readonly problem: string | null }) {
  const { candidate, settings, onChange } = props;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-[0.8125rem] font-medium">Disks to replicate</legend>
      {candidate.disks.map((disk) => (
        <Checkbox
          key={disk.id}
          isSelected={settings.diskIds.includes(disk.id)}
          onChange={(isOn) =>
            onChange({
              ...settings,
              diskIds: isOn ? [...settings.diskIds, disk.id] : settings.diskIds.filter((id) => id !== disk.id),
            })
          }
        >
          {disk.name}
          <span className="text-muted">
            {disk.isSystem ? " (operating system)" : ""}
            {`, ${formatBytes(disk.sizeBytes)}`}
          </span>
        </Checkbox>
      ))}
      {props.problem ? (
        <p role="alert" className="text-[0.8125rem] text-bad">
          {props.problem}
        </p>
      ) : null}
    </fieldset>
  );
}
