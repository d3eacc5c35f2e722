"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Consequences } from "@/components/ui/consequences";
import { ErrorBar } from "@/components/ui/message-bar";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { stepRows, waitingAction } from "./job-model";

/** A failback whose data was synchronized before: it waits for the moment at which the machines may be away. */
export function CompleteFailoverForm(props: { readonly job: ReplicationJobResource; readonly vaultName: string }) {
  const { job, vaultName } = props;
  const [comment, setComment] = useState("");
  const { run, isStarting, error } = useOperation();
  const step = stepRows(job.properties.tasks).find(({ task, isGroup }) => !isGroup && task.state === "Suspended");
  const isWaiting = job.properties.allowedActions.includes("Resume") && waitingAction(job) === null;
  if (!isWaiting || step === undefined) return null;
  const title = step.task.friendlyName;
  const submit = () =>
    run({
      title,
      subject: job.properties.targetObjectName,
      start: () =>
        startOperation("POST", api.jobAction(vaultName, job.name, "resume"), {
          properties: { comments: comment.trim() === "" ? title : comment.trim() },
        }),
    });
  return (
    <Card title={title} description="The job halts here until somebody goes on." className="border-warn/60">
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isStarting) submit();
        }}
      >
        <Consequences>
          {[
            "The virtual machines in Azure are shut down now; their users are cut off.",
            "What they have written since the first synchronization is copied, and the machines of the site start.",
            "To go on running in Azure instead, cancel the job.",
          ]}
        </Consequences>
        <TextField label="Comment" hint="Kept with the job." value={comment} onChange={setComment} multiline />
        {error ? <ErrorBar error={error} /> : null}
        <span>
          <Button type="submit" variant="primary" busy={isStarting}>
            {title}
          </Button>
        </span>
      </form>
    </Card>
  );
}
