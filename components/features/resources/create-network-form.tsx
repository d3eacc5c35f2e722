"use client";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { regionsQuery } from "@/lib/client/queries/region";
import { networkNameProblem } from "@/lib/domain/names";

const FIELDS = ["virtualNetworkName", "networkName", "name", "location", "addressPrefixes", "addressPrefix", "subnets"];

/** Quick Create of a virtual network with one subnet that spans it. */
export function CreateNetworkForm({ onDone }: { readonly onDone: () => void }) {
  const regions = useQuery(regionsQuery());
  const [name, setName] = useState("");
  const [location, setLocation] = useState<string | null>(null);
  const [space, setSpace] = useState("10.0.0.0/24");
  const [isolated, setIsolated] = useState(false);
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const region = location ?? regions.data?.[0]?.name ?? null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (operation.isStarting || networkNameProblem(name) || !region) return;
    const properties = {
      addressSpace: { addressPrefixes: [space.trim()] },
      subnets: [{ name: "default", properties: { addressPrefix: space.trim() } }],
      isolated,
    };
    operation.run({
      title: "Create virtual network",
      subject: name,
      start: () => startOperation("PUT", api.virtualNetwork(name), { location: region, properties }, { onlyNew: true }),
      onAccepted: onDone,
    });
  };
  const problem = wasSubmitted ? networkNameProblem(name) : null;
  const rest = elsewhere(operation.error, ...FIELDS);
  return (
    <form noValidate onSubmit={submit} aria-label="Create a virtual network" className="flex flex-col gap-4">
      <TextField
        label="Name"
        isRequired
        takesFocus
        value={name}
        onChange={setName}
        error={fieldProblem(problem, operation.error, "virtualNetworkName", "networkName", "name")}
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
      <TextField
        label="Address space"
        isRequired
        value={space}
        onChange={setSpace}
        hint="In CIDR form, for example 10.0.0.0/24. One subnet named default spans it."
        error={fieldProblem(null, operation.error, "addressPrefixes", "addressPrefix", "subnets")}
        mono
      />
      <Checkbox isSelected={isolated} onChange={setIsolated}>
        <span className="block font-medium">Isolated network</span>
        <span className="block text-[0.8125rem] text-muted">
          It has no connection to any other network. It is offered first for test failovers.
        </span>
      </Checkbox>
      {rest ? <ErrorBar error={rest} /> : null}
      <div className="flex justify-end">
        <Button variant="primary" type="submit" busy={operation.isStarting}>
          Create virtual network
        </Button>
      </div>
    </form>
  );
}
