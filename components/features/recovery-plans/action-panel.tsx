"use client";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import { manualAction, type FailoverDirection, type FailoverType, type PlanAction } from "./plan-draft";

interface Choice<T> {
  readonly value: T;
  readonly label: string;
}

const types: readonly Choice<FailoverType>[] = [
  { value: "TestFailover", label: "Test failover" },
  { value: "PlannedFailover", label: "Planned failover" },
  { value: "UnplannedFailover", label: "Unplanned failover" },
];
const directions: readonly Choice<FailoverDirection>[] = [
  { value: "PrimaryToRecovery", label: "From the site to Azure" },
  { value: "RecoveryToPrimary", label: "From Azure back to the site" },
];

/** A manual action: the plan halts there until somebody has done it and says so. */
export function ActionPanel(props: {
  /** Where it stands: "before Group 2". */
  readonly place: string;
  /** The action to change; null for a new one. */
  readonly action: PlanAction | null;
  readonly onSave: (action: PlanAction) => void;
  readonly onClose: () => void;
}) {
  const { action } = props;
  const [name, setName] = useState(action?.actionName ?? "");
  const [instructions, setInstructions] = useState(
    action?.customDetails.instanceType === "ManualActionDetails" ? (action.customDetails.description ?? "") : "",
  );
  const [failoverTypes, setTypes] = useState<readonly FailoverType[]>(
    action?.failoverTypes ?? types.map((t) => t.value),
  );
  const [failoverDirections, setDirections] = useState<readonly FailoverDirection[]>(
    action?.failoverDirections ?? ["PrimaryToRecovery"],
  );
  const [isTried, setTried] = useState(false);
  const isMissing = (value: string) => isTried && value.trim() === "";
  const submit = () => {
    setTried(true);
    if ([name, instructions].some((value) => value.trim() === "")) return;
    if (failoverTypes.length === 0 || failoverDirections.length === 0) return;
    props.onSave(manualAction({ name, instructions, failoverTypes, failoverDirections }));
  };
  return (
    <SidePanel
      title={action ? "Manual action" : "Add a manual action"}
      description={`Runs ${props.place}. The plan halts there until somebody completes it with a comment.`}
      isOpen
      onClose={props.onClose}
      onSubmit={submit}
      submitLabel={action ? "Change" : "Add"}
    >
      <TextField
        takesFocus
        label="Name"
        value={name}
        onChange={setName}
        error={isMissing(name) ? "Give the action a name." : null}
        isRequired
      />
      <TextField
        label="Instructions"
        hint="What the person who meets it has to do, so that it can be followed under pressure."
        value={instructions}
        onChange={setInstructions}
        error={isMissing(instructions) ? "Say what has to be done." : null}
        isRequired
        multiline
      />
      <Choices legend="Halts at" options={types} chosen={failoverTypes} onChange={setTypes} isTried={isTried} />
      <Choices
        legend="In this direction"
        options={directions}
        chosen={failoverDirections}
        onChange={setDirections}
        isTried={isTried}
      />
    </SidePanel>
  );
}

function Choices<T extends string>(props: {
  readonly legend: string;
  readonly options: readonly Choice<T>[];
  readonly chosen: readonly T[];
  readonly onChange: (chosen: readonly T[]) => void;
  readonly isTried: boolean;
}) {
  const { options, chosen } = props;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-[0.8125rem] font-medium">{props.legend}</legend>
      {options.map(({ value, label }) => (
        <Checkbox
          key={value}
          isSelected={chosen.includes(value)}
          onChange={(isOn) => props.onChange(isOn ? [...chosen, value] : chosen.filter((one) => one !== value))}
        >
          {label}
        </Checkbox>
      ))}
      {props.isTried && chosen.length === 0 ? (
        <p role="alert" className="text-[0.8125rem] text-bad">
          Choose at least one.
        </p>
      ) : null}
    </fieldset>
  );
}
