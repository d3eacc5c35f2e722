"use client";
import { useState } from "react";
import { Select } from "@/components/ui/select";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import type { ActionFieldsProps } from "./action-fields";
import { actionForm, actionOfForm, actionProblems, type ActionSurroundings } from "./action-form";
import { actionDirections, actionTypes, kindLabels, type ActionKind } from "./action-summary";
import { CheckboxChoices } from "./checkbox-choices";
import type { PlanAction } from "./plan-draft";
import { RunbookFields } from "./runbook-fields";
import { WebhookFields } from "./webhook-fields";

const kinds: readonly { readonly value: ActionKind; readonly label: string; readonly hint: string }[] = [
  {
    value: "ManualActionDetails",
    label: kindLabels.ManualActionDetails,
    hint: "The run halts until somebody has done it and says so.",
  },
  {
    value: "AutomationRunbookActionDetails",
    label: kindLabels.AutomationRunbookActionDetails,
    hint: "A script of an automation account, run by this portal.",
  },
  {
    value: "WebhookActionDetails",
    label: kindLabels.WebhookActionDetails,
    hint: "Something that runs elsewhere is called with a POST.",
  },
];

const failures = [
  {
    value: "Default",
    label: "As the failover has it",
    hint: "A test and a planned failover stop, an unplanned one goes on.",
  },
  { value: "Stop", label: "Stop the plan", hint: "It can be restarted at this action." },
  { value: "Continue", label: "Mark it and go on", hint: "" },
] as const;

/** An action before or after a group: what it does, when, and what its failure means. */
export function ActionPanel(
  props: ActionSurroundings & {
    /** Where it stands: "before Group 2". */
    readonly place: string;
    /** The action to change; null for a new one. */
    readonly action: PlanAction | null;
    readonly onSave: (action: PlanAction) => void;
    readonly onClose: () => void;
  },
) {
  const [form, setForm] = useState(() => actionForm(props.action));
  const [isTried, setTried] = useState(false);
  const problems = actionProblems(form, props);
  const fields: ActionFieldsProps = {
    form,
    around: props,
    change: (change) => setForm((before) => ({ ...before, ...change })),
    problemAt: (field) => (isTried ? (problems[field] ?? null) : null),
  };
  const submit = () => {
    setTried(true);
    if (Object.keys(problems).length === 0) props.onSave(actionOfForm(form));
  };
  return (
    <SidePanel
      title={props.action ? "Change action" : "Add an action"}
      description={`Runs ${props.place}.`}
      isOpen
      onClose={props.onClose}
      onSubmit={submit}
      submitLabel={props.action ? "Change" : "Add"}
    >
      <TextField
        takesFocus
        label="Name"
        value={form.name}
        onChange={(name) => fields.change({ name })}
        error={fields.problemAt("name")}
        isRequired
      />
      <Select
        label="Kind"
        options={kinds}
        value={form.kind}
        onChange={(kind) => fields.change({ kind: kinds.find(({ value }) => value === kind)?.value ?? form.kind })}
        isRequired
      />
      <KindFields {...fields} />
      <CheckboxChoices
        legend="Runs at"
        options={actionTypes}
        chosen={form.types}
        onChange={(types) => fields.change({ types })}
        error={fields.problemAt("types")}
      />
      <CheckboxChoices
        legend="In this direction"
        options={actionDirections}
        chosen={form.directions}
        onChange={(directions) => fields.change({ directions })}
        error={fields.problemAt("directions")}
      />
      <Select
        label="When it fails"
        options={failures}
        value={form.onFailure}
        onChange={(value) =>
          fields.change({ onFailure: failures.find((one) => one.value === value)?.value ?? "Default" })
        }
        isRequired
      />
    </SidePanel>
  );
}

function KindFields(props: ActionFieldsProps) {
  switch (props.form.kind) {
    case "ManualActionDetails":
      return <ManualFields {...props} />;
    case "AutomationRunbookActionDetails":
      return <RunbookFields {...props} />;
    case "WebhookActionDetails":
      return <WebhookFields {...props} />;
  }
}

function ManualFields({ form, change, problemAt }: ActionFieldsProps) {
  return (
    <>
      <TextField
        label="Instructions"
        hint="What the person who meets it has to do, so that it can be followed under pressure."
        value={form.instructions}
        onChange={(instructions) => change({ instructions })}
        error={problemAt("instructions")}
        isRequired
        multiline
      />
      <TextField
        label="Overdue after, in minutes"
        hint="Then an alert is raised. The run goes on waiting."
        inputMode="numeric"
        value={form.overdueMinutes}
        onChange={(overdueMinutes) => change({ overdueMinutes })}
        error={problemAt("overdueMinutes")}
      />
    </>
  );
}
