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
import {
  backingProblem,
  CONTAINER_TARGETS,
  ContainerFields,
  FOLDER,
  propertiesOf,
  type Backing,
} from "./container-fields";
import { storageAccountNameProblem } from "@/lib/domain/names";

/** Quick Create of a storage account. */
export function CreateStorageAccountForm({ onDone }: { readonly onDone: () => void }) {
  const regions = useQuery(regionsQuery());
  const [name, setName] = useState("");
  const [location, setLocation] = useState<string | null>(null);
  const [backing, setBacking] = useState<Backing>(FOLDER);
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const region = location ?? regions.data?.[0]?.name ?? null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (operation.isStarting || storageAccountNameProblem(name) || backingProblem(backing) || !region) return;
    operation.run({
      title: "Create storage account",
      subject: name,
      start: () =>
        startOperation(
          "PUT",
          api.storageAccount(name),
          { location: region, properties: propertiesOf(backing) },
          { onlyNew: true },
        ),
      onAccepted: onDone,
    });
  };
  const problem = wasSubmitted ? storageAccountNameProblem(name) : null;
  const rest = elsewhere(operation.error, "accountName", "name", "location", ...CONTAINER_TARGETS);
  return (
    <form noValidate onSubmit={submit} aria-label="Create a storage account" className="flex flex-col gap-4">
      <TextField
        label="Name"
        isRequired
        takesFocus
        value={name}
        onChange={setName}
        hint="3 to 24 lower-case letters and digits."
        error={fieldProblem(problem, operation.error, "accountName", "name")}
        autoComplete="off"
      />
      <ContainerFields value={backing} onChange={setBacking} wasSubmitted={wasSubmitted} error={operation.error} />
      <Select
        label="Region"
        isRequired
        value={region}
        onChange={setLocation}
        hint="The region of the vault that will use it."
        options={(regions.data ?? []).map((one) => ({ value: one.name, label: one.properties.displayName }))}
        error={fieldProblem(null, operation.error, "location")}
      />
      {rest ? <ErrorBar error={rest} /> : null}
      <div className="flex justify-end">
        <Button variant="primary" type="submit" busy={operation.isStarting}>
          Create storage account
        </Button>
      </div>
    </form>
  );
}
