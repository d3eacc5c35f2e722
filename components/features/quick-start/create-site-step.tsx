"use client";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { ErrorBar } from "@/components/ui/message-bar";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { resourceNameProblem } from "@/lib/domain/names";
import type { StepProps } from "./step-props";
import { useSites } from "./use-sites";

/** Creates a site: the name under which hosts, or the configuration server, of one place are registered. */
export function CreateSiteStep({ scenario, vaultName }: StepProps) {
  const sites = useSites({ scenario, vaultName });
  const [name, setName] = useState("");
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (operation.isStarting || resourceNameProblem(name, "site")) return;
    const body = { properties: { customDetails: { instanceType: scenario.creationType } } };
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
      {sites.length > 0 ? (
        <p>
          <span className="text-muted">Sites of this vault: </span>
          {sites.map((site) => site.properties.friendlyName).join(", ")}
        </p>
      ) : null}
      <form
        noValidate
        onSubmit={submit}
        aria-label={`Create a ${scenario.site}`}
        className="flex flex-wrap items-start gap-3"
      >
        <TextField
          label={`Name of the ${scenario.site}`}
          isRequired
          value={name}
          onChange={setName}
          hint={`Letters, digits and hyphens, for example ${scenario.siteExample}.`}
          error={fieldProblem(problem, operation.error, "fabricName", "name")}
          className="min-w-56 flex-1"
          autoComplete="off"
        />
        <Button variant="primary" type="submit" busy={operation.isStarting} className="mt-[1.4rem]">
          {`Create ${scenario.site}`}
        </Button>
      </form>
      {rest ? <ErrorBar error={rest} /> : null}
    </>
  );
}
