"use client";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { SimulatedBadge } from "@/components/ui/simulated-badge";
import { TextField } from "@/components/ui/text-field";
import { toArmError } from "@/lib/client/arm-error";
import { startOperation } from "@/lib/client/long-running";
import { api, resourceIds } from "@/lib/client/paths";
import { regionsQuery, storageAccountsQuery } from "@/lib/client/queries/region";
import { vaultNameProblem } from "@/lib/domain/names";

const AUTOMATIC = "automatic";
const FIELDS = ["vaultName", "name", "location", "storageAccountId"];

/** Quick Create of a Site Recovery vault. */
export function CreateVaultForm({ onDone }: { readonly onDone: () => void }) {
  const regions = useQuery(regionsQuery());
  const accounts = useQuery(storageAccountsQuery());
  const [name, setName] = useState("");
  const [location, setLocation] = useState<string | null>(null);
  const [account, setAccount] = useState(AUTOMATIC);
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const region = location ?? regions.data?.[0]?.name ?? null;
  const problem = wasSubmitted ? vaultNameProblem(name) : null;
  const inRegion = accounts.data?.filter((one) => one.location === region) ?? [];

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (operation.isStarting || vaultNameProblem(name) || !region) return;
    operation.run({
      title: "Create vault",
      subject: name,
      start: () => createVault(name, region, account === AUTOMATIC ? null : account),
      onAccepted: onDone,
    });
  };
  const rest = elsewhere(operation.error, ...FIELDS) ?? (regions.error ? toArmError(regions.error) : null);
  return (
    <form noValidate onSubmit={submit} aria-label="Create a Site Recovery vault" className="flex flex-col gap-4">
      <TextField
        label="Name"
        isRequired
        takesFocus
        value={name}
        onChange={setName}
        hint="2 to 50 letters, digits and hyphens, beginning with a letter."
        error={fieldProblem(problem, operation.error, "vaultName", "name")}
        autoComplete="off"
      />
      <Select
        label="Region"
        isRequired
        value={region}
        onChange={(next) => {
          setLocation(next);
          setAccount(AUTOMATIC);
        }}
        options={(regions.data ?? []).map((one) => ({ value: one.name, label: one.properties.displayName }))}
        error={fieldProblem(null, operation.error, "location")}
      />
      <Select
        label="Storage account"
        isRequired
        value={account}
        onChange={setAccount}
        hint="Holds the vault's encrypted data. It must be in the vault's region."
        options={[
          {
            value: AUTOMATIC,
            label: inRegion.length > 0 ? "Choose automatically" : "Create a new storage account",
            hint: inRegion.length > 0 ? "The oldest account in the region." : "There is none in this region yet.",
          },
          ...inRegion.map((one) => ({ value: one.name, label: one.name })),
        ]}
        error={fieldProblem(null, operation.error, "storageAccountId")}
      />
      {rest ? <ErrorBar error={rest} /> : null}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <SimulatedBadge what="Regions carry Azure's names, but everything runs on this computer." />
        <Button variant="primary" type="submit" busy={operation.isStarting}>
          Create vault
        </Button>
      </div>
    </form>
  );
}

function createVault(name: string, location: string, account: string | null) {
  const properties = account === null ? {} : { storageAccountId: resourceIds.storageAccount(account) };
  const body = { location, sku: { name: "Standard" }, properties };
  return startOperation("PUT", api.vault(name), body, { onlyNew: true });
}
