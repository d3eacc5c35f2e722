"use client";
import { Hand } from "lucide-react";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ErrorBar } from "@/components/ui/message-bar";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { waitingAction } from "./job-model";

/** The manual action at which the job waits: what to do, and the comment that says it was done. */
export function CompleteActionForm({
  job,
  vaultName,
}: {
  readonly job: ReplicationJobResource;
  readonly vaultName: string;
}) {
  const [comment, setComment] = useState("");
  const [isTried, setTried] = useState(false);
  const { run, isStarting, error } = useOperation();
  const action = waitingAction(job);
  if (!job.properties.allowedActions.includes("Resume")) return null;
  const title = action?.name ?? "The job waits for somebody";
  const submit = () => {
    setTried(true);
    if (comment.trim() === "") return;
    run({
      title: "Complete manual action",
      subject: title,
      start: () =>
        startOperation("POST", api.jobAction(vaultName, job.name, "resume"), {
          properties: { comments: comment.trim() },
        }),
      onAccepted: () => {
        setComment("");
        setTried(false);
      },
    });
  };
  return (
    <Card title={title} description="The job halts here until somebody has done this." className="border-warn/60">
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isStarting) submit();
        }}
      >
        {action && action.instructions !== "" ? (
          <p className="flex gap-3 whitespace-pre-line">
            <Hand aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
            {action.instructions}
          </p>
        ) : null}
        <TextField
          label="Comment"
          hint="What was done, and by whom. Kept with the job."
          value={comment}
          onChange={setComment}
          error={isTried && comment.trim() === "" ? "Say what was done: the comment is part of the evidence." : null}
          isRequired
          multiline
        />
        {error ? <ErrorBar error={error} /> : null}
        <span>
          <Button type="submit" variant="primary" busy={isStarting}>
            Complete manual action
          </Button>
        </span>
      </form>
    </Card>
  );
}
