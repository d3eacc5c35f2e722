"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ErrorBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import type { FailoverRecordView } from "@/lib/contract/evidence";

/** What people have to add to a run. Notes are added, never changed. */
export function NotesCard(props: {
  readonly vaultName: string;
  readonly runName: string;
  readonly notes: FailoverRecordView["properties"]["notes"];
}) {
  const { vaultName, runName, notes } = props;
  const operation = useOperation();
  const [text, setText] = useState("");
  const add = () =>
    operation.run({
      title: "Add a note",
      subject: runName,
      start: () => startOperation("POST", api.failoverRecords(vaultName, runName, "notes"), { properties: { text } }),
      onAccepted: () => setText(""),
    });
  return (
    <Card
      title="Notes"
      description="Part of every report that is made from now on. A note cannot be changed or deleted."
    >
      <div className="flex flex-col gap-4">
        {notes.length === 0 ? <p className="text-muted">None yet.</p> : null}
        <ul className="flex flex-col gap-2" aria-label="Notes">
          {notes.map((note) => (
            <li key={`${note.at} ${note.text}`}>
              <span className="whitespace-pre-wrap">{note.text}</span>
              <span className="block text-[0.8125rem] text-muted">
                {note.who}, <ExactTime at={note.at} />
              </span>
            </li>
          ))}
        </ul>
        <TextField label="New note" value={text} onChange={setText} multiline />
        <div>
          <Button
            onPress={add}
            busy={operation.isStarting}
            disabledReason={text.trim() === "" ? "Write the note first." : null}
          >
            Add note
          </Button>
        </div>
        {operation.error ? <ErrorBar error={operation.error} onDismiss={operation.clearError} /> : null}
      </div>
    </Card>
  );
}
