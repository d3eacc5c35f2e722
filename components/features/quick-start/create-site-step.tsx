"use client";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { ErrorBar } from "@/components/ui/message-bar";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { fabricsQuery } from "@/lib/client/queries/infrastructure";
import { resourceNameProblem } from "@/lib/domain/names";

/** Creates a Hyper-V site: the name under which hosts of one place are registered. */
export function CreateSiteStep({ vaultName }: { readonly vaultName: string }) {
  const sites = useQuery(fabricsQuery(vaultName));
  const [name, setName] = useState("");
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (operation.isStarting || resourceNameProblem(name, "site")) return;
    const body = { properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } };
    operation.run({
      title: "Create site",
      subject: name,
      start: () => startOperation("PUT", api.fabric(vaultName, name), body, { onlyNew: true }),
      onAccepted: () => {
        setName("");
        setSubmitted(false);
      },
    });
  };
  const problem = wasSubmitted ? resourceNameProblem(name, "site") : null;
  const rest = elsewhere(operation.error, "fabricName", "name");
  return (
    <>
      {sites.data && sites.data.length > 0 ? (
        <p>
          <span className="text-muted">Sites of this vault: </span>
          {sites.data.map((site) => site.properties.friendlyName).join(", ")}
        </p>
      ) : null}
      <form
        noValidate
        onSubmit={submit}
        aria-label="Create a Hyper-V site"
        className="flex flex-wrap items-start gap-3"
      >
        <TextField
          label="Name of the Hyper-V site"
          isRequired
          value={name}
          onChange={setName}
          hint="Letters, digits and hyphens, for example contoso-branch."
          error={fieldProblem(problem, operation.error, "fabricName", "name")}
          className="min-w-56 flex-1"
          autoComplete="off"
        />
        <Button variant="primary" type="submit" busy={operation.isStarting} className="mt-[1.4rem]">
          Create Hyper-V site
        </Button>
      </form>
      {rest ? <ErrorBar error={rest} /> : null}
    </>
  );
}
