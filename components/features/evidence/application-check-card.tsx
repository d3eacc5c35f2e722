"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { applicationCheckPath, applicationCheckQuery } from "@/lib/client/queries/evidence";
import type { ApplicationCheckView } from "@/lib/contract/evidence";
import { CHECK_KINDS, checkOfDraft, draftOf, fieldsOf, type CheckDraft } from "./check-draft";

interface Item {
  readonly id: string;
  readonly name: string;
  readonly properties: { readonly friendlyName: string };
}

/** What is asked of the machine's application once its replica is up; the answer is part of the run's evidence. */
export function ApplicationCheckCard({ vaultName, item }: { readonly vaultName: string; readonly item: Item }) {
  const query = useQuery(applicationCheckQuery(vaultName, item));
  return (
    <Card
      title="Application check"
      description="Tried when the replica is up, until it is passed or its time is over. One that fails marks the run; the replica stays up."
    >
      <QueryView query={query} what="the application check">
        {({ properties }) => <CheckForm item={item} settings={properties} />}
      </QueryView>
    </Card>
  );
}

function CheckForm({ item, settings }: { readonly item: Item; readonly settings: ApplicationCheckView["properties"] }) {
  const operation = useOperation();
  const [edited, setEdited] = useState<CheckDraft | null>(null);
  const draft = edited ?? draftOf(settings.applicationCheck);
  const check = checkOfDraft(draft);
  const change = (changes: Partial<CheckDraft>) => setEdited({ ...draft, ...changes });
  const save = () =>
    operation.run({
      title: "Change the application check",
      subject: item.properties.friendlyName,
      start: () => startOperation("PUT", applicationCheckPath(item.id), { properties: { applicationCheck: check } }),
      onAccepted: () => setEdited(null),
    });
  const reason = edited === null ? "Change the check first." : check === undefined ? "Fill in every field." : null;
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <Select
          label="Check"
          options={CHECK_KINDS}
          value={draft.kind}
          onChange={(kind) => change({ kind: CHECK_KINDS.find((one) => one.value === kind)?.value ?? "None" })}
        />
        {fieldsOf(draft.kind).map(({ name, label, hint }) => (
          <TextField
            key={name}
            label={label}
            hint={hint}
            value={draft[name]}
            onChange={(text) => change({ [name]: text })}
          />
        ))}
      </div>
      {draft.kind === "TcpPort" || draft.kind === "Http" ? (
        <p className="text-[0.8125rem] text-muted">
          It is asked from this computer. Machines of the simulated region have no network adapter: name an address at
          which the application can really be reached, for example one that a runbook of the plan sets up.
        </p>
      ) : null}
      <div>
        <Button onPress={save} busy={operation.isStarting} disabledReason={reason}>
          Save check
        </Button>
      </div>
      {operation.error ? <ErrorBar error={operation.error} onDismiss={operation.clearError} /> : null}
    </div>
  );
}
