"use client";
import { clsx } from "clsx";
import { CopyIconButton } from "@/components/ui/copy-button";
import { formatBytes } from "@/components/ui/format";
import { Progress } from "@/components/ui/progress";
import { TextLink } from "@/components/ui/text-link";
import { nameInId, pages } from "@/lib/client/paths";
import type { AsrTask } from "@/lib/contract/replication-jobs";
import { ActionOutput } from "./action-output";
import { figureGroups, type FigureGroup } from "./figures";
import { taskDetails } from "./job-model";
import { ManualActionDone } from "./manual-action-done";

/** What a step has found out so far: progress, output, who completed it, figures. */
export function StepBody(props: { readonly task: AsrTask; readonly vaultName: string; readonly jobName: string }) {
  const { task } = props;
  const { progress, details, skippedReasonString: skipped } = taskDetails(task);
  const running = task.state === "InProgress";
  return (
    <>
      {skipped ? <p className="text-[0.8125rem] text-muted">{skipped}</p> : null}
      {progress && running ? (
        <Progress
          label={task.friendlyName}
          hideLabel
          bytes={{ done: progress.bytesDone, total: progress.bytesTotal }}
        />
      ) : null}
      {progress && !running && progress.bytesDone > 0 ? (
        <p className="text-[0.8125rem] text-muted">{formatBytes(progress.bytesDone)} done</p>
      ) : null}
      <ManualActionDone {...props} />
      <ActionOutput task={task} />
      {figureGroups(details ?? {}).map((group) => (
        <Figures key={group.title} group={group} />
      ))}
    </>
  );
}

function Figures({ group }: { readonly group: FigureGroup }) {
  return (
    <div className="flex flex-wrap items-baseline gap-x-6 text-[0.8125rem]">
      {group.title === null ? null : <span className="font-medium">{group.title}</span>}
      <dl className="flex min-w-48 flex-1 flex-wrap gap-x-6 gap-y-1">
        {group.figures.map((figure) => (
          <div key={figure.label} className="flex min-w-0 items-center gap-1.5">
            <dt className="text-muted">{figure.label}</dt>
            <dd className={clsx("flex min-w-0 items-center gap-1 wrap-anywhere", figure.copy && "font-mono")}>
              {figure.text}
              {figure.copy ? <CopyIconButton text={figure.copy} label={`Copy ${figure.label}`} /> : null}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function ChildJobLink({ task, vaultName }: { readonly task: AsrTask; readonly vaultName: string }) {
  const jobId = taskDetails(task).jobTask?.jobId;
  if (!jobId) return null;
  return (
    <TextLink
      href={pages.job(vaultName, nameInId(jobId, "replicationJobs") ?? jobId)}
      className="ml-2 text-[0.8125rem] font-normal"
    >
      Open its job
    </TextLink>
  );
}
