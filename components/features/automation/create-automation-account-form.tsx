"use client";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { regionsQuery } from "@/lib/client/queries/region";
import { accountNameProblem } from "@/lib/domain/automation-rules";

/** Quick Create of an automation account. */
export function CreateAutomationAccountForm({ onDone }: { readonly onDone: () => void }) {
  const regions = useQuery(regionsQuery());
  const [name, setName] = useState("");
  const [location, setLocation] = useState<string | null>(null);
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const region = location ?? regions.data?.[0]?.name ?? null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (operation.isStarting || accountNameProblem(name) || !region) return;
    const body = { location: region, properties: { sku: { name: "Basic" } } };
    operation.run({
      title: "Create automation account",
      subject: name,
      start: () => startOperation("PUT", api.automation(name), body, { onlyNew: true }),
      onAccepted: onDone,
    });
  };
  const rest = elsewhere(operation.error, "automationAccountName", "location");
  return (
    <form noValidate onSubmit={submit} aria-label="Create an automation account" className="flex flex-col gap-4">
      <TextField
        label="Name"
        isRequired
        takesFocus
        value={name}
        onChange={setName}
        hint="6 to 50 letters, digits and hyphens, for example contoso-automation."
        error={fieldProblem(wasSubmitted ? accountNameProblem(name) : null, operation.error, "automationAccountName")}
        autoComplete="off"
      />
      <Select
        label="Region"
        isRequired
        value={region}
        onChange={setLocation}
        options={(regions.data ?? []).map((one) => ({ value: one.name, label: one.properties.displayName }))}
        error={fieldProblem(null, operation.error, "location")}
      />
      {rest ? <ErrorBar error={rest} /> : null}
      <div className="flex justify-end">
        <Button variant="primary" type="submit" busy={operation.isStarting}>
          Create automation account
        </Button>
      </div>
    </form>
  );
}
