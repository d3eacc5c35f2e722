"use client";
import { useState } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Checkbox } from "@/components/ui/checkbox";
import { ErrorBar } from "@/components/ui/message-bar";
import { PasswordField } from "@/components/ui/password-field";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import type { VariableResource } from "@/lib/contract/automation";
import {
  variableEnvironmentName,
  variableNameProblem,
  variableText,
  variableValueProblem,
} from "@/lib/domain/automation-rules";

/** A new variable, or another value for one. */
export function VariablePanel(props: {
  readonly account: string;
  /** Null: a new one. */
  readonly variable: VariableResource | null;
  readonly onClose: () => void;
}) {
  const { account, variable, onClose } = props;
  const known = variable?.properties ?? null;
  const [name, setName] = useState(variable?.name ?? "");
  const [value, setValue] = useState(known?.value ? (variableText(known.value) ?? "") : "");
  const [description, setDescription] = useState(known?.description ?? "");
  const [isEncrypted, setEncrypted] = useState(known?.isEncrypted ?? false);
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const nameProblem = variableNameProblem(name);
  const valueProblem = variableValueProblem(JSON.stringify(value), isEncrypted);
  const submit = () => {
    setSubmitted(true);
    if (nameProblem || valueProblem) return;
    const properties = { value: JSON.stringify(value), isEncrypted, description };
    operation.run({
      title: variable ? "Change variable" : "Create variable",
      subject: name,
      start: () =>
        startOperation(
          variable ? "PATCH" : "PUT",
          api.automation(account, "variables", name),
          { properties },
          {
            onlyNew: variable === null,
          },
        ),
      onAccepted: onClose,
    });
  };
  const field = {
    label: "Value",
    value,
    onChange: setValue,
    error: fieldProblem(wasSubmitted ? valueProblem : null, operation.error, "properties.value"),
  };
  const rest = elsewhere(operation.error, "variableName", "properties.value");
  return (
    <SidePanel
      title={variable ? `Change ${variable.name}` : "Create variable"}
      isOpen
      onClose={onClose}
      onSubmit={submit}
      submitLabel={variable ? "Save" : "Create variable"}
      busy={operation.isStarting}
      message={rest ? <ErrorBar error={rest} /> : null}
    >
      {variable ? null : (
        <TextField
          label="Name"
          isRequired
          takesFocus
          value={name}
          onChange={setName}
          hint={name === "" ? "Letters, digits and underscores." : `In runbooks: ${variableEnvironmentName(name)}`}
          error={fieldProblem(wasSubmitted ? nameProblem : null, operation.error, "variableName")}
          autoComplete="off"
        />
      )}
      {isEncrypted ? (
        <PasswordField
          {...field}
          hint="It is sealed when it is saved, and never shown again."
          autoComplete="new-password"
        />
      ) : (
        <TextField {...field} isRequired mono autoComplete="off" />
      )}
      {variable ? null : (
        <Checkbox isSelected={isEncrypted} onChange={setEncrypted}>
          <span className="block font-medium">Encrypted</span>
          <span className="block text-[0.8125rem] text-muted">
            For secrets. The value cannot be read again here, and is masked in what runbooks print.
          </span>
        </Checkbox>
      )}
      <TextField label="Description" value={description} onChange={setDescription} />
    </SidePanel>
  );
}
