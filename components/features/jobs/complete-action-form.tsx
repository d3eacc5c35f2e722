"use client";
import { Hand } from "lucide-react";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ErrorBar } from "@/components/ui/message-bar";
import { RelativeTime, useNow } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { isOverdue } from "./action-task";
import { EvidenceFiles } from "./evidence-files";
import type { SentFile } from "./evidence-upload";
import { waitingAction, type WaitingAction } from "./job-model";

interface CompleteActionFormProps {
  readonly job: ReplicationJobResource;
  readonly vaultName: string;
}

/** The manual action at which the job waits: what to do, and the comment that says it was done. */
export function CompleteActionForm({ job, vaultName }: CompleteActionFormProps) {
  const action = waitingAction(job);
  if (!job.properties.allowedActions.includes("Resume") || action === null) return null;
  // Another action, another form: nothing that was typed for the first is sent for the second.
  return <ActionForm key={action.taskId} job={job} vaultName={vaultName} action={action} />;
}

function ActionForm({ job, vaultName, action }: CompleteActionFormProps & { readonly action: WaitingAction }) {
  const [comment, setComment] = useState("");
  const [name, setName] = useState("");
  const [files, setFiles] = useState<readonly SentFile[]>([]);
  const [isTried, setTried] = useState(false);
  const { run, isStarting, error } = useOperation();
  const submit = () => {
    setTried(true);
    if (comment.trim() === "") return;
    run({
      title: "Complete manual action",
      subject: action.name,
      start: () =>
        startOperation("POST", api.jobOwn(vaultName, job.name, "completeAction"), {
          properties: {
            taskId: action.taskId,
            comments: comment.trim(),
            ...(name.trim() === "" ? {} : { completedBy: name.trim() }),
            evidence: files.map(({ sha256, fileName }) => ({ sha256, fileName })),
          },
        }),
    });
  };
  return (
    <Card title={action.name} description={<Waiting action={action} />} className="border-warn/60">
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isStarting) submit();
        }}
      >
        {action.instructions === "" ? null : (
          <p className="flex gap-3 whitespace-pre-line">
            <Hand aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
            {action.instructions}
          </p>
        )}
        <TextField
          label="Comment"
          hint="What was done. Kept with the job."
          value={comment}
          onChange={setComment}
          error={isTried && comment.trim() === "" ? "Say what was done: the comment is part of the evidence." : null}
          isRequired
          multiline
        />
        <TextField
          label="Your name"
          hint="There is no sign-in: what you write here stands in the evidence. Empty: local user."
          value={name}
          onChange={setName}
          maxLength={200}
        />
        <EvidenceFiles vaultName={vaultName} jobName={job.name} files={files} onChange={setFiles} />
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

function Waiting({ action }: { readonly action: WaitingAction }) {
  const now = useNow();
  const { waitingSince, overdueAt } = action.facts;
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      <span>The job halts here until somebody has done this.</span>
      {waitingSince ? (
        <span>
          Waiting since <RelativeTime at={waitingSince} />.
        </span>
      ) : null}
      {isOverdue(action.facts, now) ? (
        <StatusBadge tone="bad">Overdue</StatusBadge>
      ) : overdueAt ? (
        <span>
          Overdue <RelativeTime at={overdueAt} />.
        </span>
      ) : null}
    </span>
  );
}
