"use client";
import { fieldProblem } from "@/components/shell/field-problem";
import { Checkbox } from "@/components/ui/checkbox";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import type { VirtualNetworkResource } from "@/lib/contract/region-resources";
import type { DrillDraft } from "./drill-draft";
import type { DrillFieldsProps } from "./start-fields";

const points: readonly { readonly value: DrillDraft["point"]; readonly label: string; readonly hint: string }[] = [
  { value: "Latest", label: "Latest", hint: "What each source has now is sent first when its site answers." },
  { value: "LatestProcessed", label: "Latest processed", hint: "The newest point that is in the vault already." },
  {
    value: "LatestApplicationConsistent",
    label: "Latest application-consistent",
    hint: "The newest point whose workload was brought to rest before the cut.",
  },
];
const UNCONNECTED = "none";
const cleanUps = [
  { value: "AfterMinutes", label: "By itself, after some minutes", hint: "A person may complete it before." },
  { value: "ByPerson", label: "When a person completes it", hint: "The drill waits, and the test stays up." },
];

/** What is started, where, and when it goes again. */
export function TestFields(props: DrillFieldsProps & { readonly networks: readonly VirtualNetworkResource[] }) {
  const { draft, set, error } = props;
  const isolated = props.networks.filter((network) => network.properties.isolated);
  return (
    <>
      <Select
        label="Isolated network"
        options={[
          ...isolated.map(({ id, name }) => ({ value: id, label: name })),
          { value: UNCONNECTED, label: "Not connected" },
        ]}
        value={draft.networkId === "" ? UNCONNECTED : draft.networkId}
        onChange={(value) => set({ networkId: value === UNCONNECTED ? "" : value })}
        hint="Nobody watches a drill: only isolated networks are offered."
        error={fieldProblem(null, error, "networkId")}
        isRequired
      />
      <Select
        label="Recovery point of each machine"
        options={points}
        value={draft.point}
        onChange={(value) => set({ point: points.find((one) => one.value === value)?.value ?? "Latest" })}
        isRequired
      />
      <Checkbox isSelected={draft.useSharedPoints} onChange={(useSharedPoints) => set({ useSharedPoints })}>
        Machines of a consistency group start from the newest point that all of them share
      </Checkbox>
      <Select
        label="Clean up"
        options={cleanUps}
        value={draft.cleanUp}
        onChange={(value) => set({ cleanUp: value === "ByPerson" ? "ByPerson" : "AfterMinutes" })}
        isRequired
      />
      {draft.cleanUp === "AfterMinutes" ? (
        <TextField
          label="Minutes that the test stays up"
          inputMode="numeric"
          isRequired
          value={draft.holdMinutes}
          onChange={(holdMinutes) => set({ holdMinutes })}
          error={fieldProblem(null, error, "cleanUp.minutes", "minutes")}
        />
      ) : null}
      <TextField
        label="Ended runs kept in the history"
        inputMode="numeric"
        isRequired
        value={draft.keepRuns}
        onChange={(keepRuns) => set({ keepRuns })}
        error={fieldProblem(null, error, "keepRuns")}
      />
    </>
  );
}
