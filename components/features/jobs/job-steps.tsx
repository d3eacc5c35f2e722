"use client";
import { clsx } from "clsx";
import { CopyIconButton } from "@/components/ui/copy-button";
import { formatBytes } from "@/components/ui/format";
import { Progress } from "@/components/ui/progress";
import { ExactTime } from "@/components/ui/relative-time";
import { TextLink } from "@/components/ui/text-link";
import { nameInId, pages } from "@/lib/client/paths";
import type { AsrTask, ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { figureGroups, type FigureGroup } from "./figures";
import { JobDuration } from "./job-duration";
import { JobErrors } from "./job-errors";
import { readableError, realTime, stepRows, taskDetails, type StepRow } from "./job-model";
import { JobStatus } from "./job-status";

/** The steps of a job in their order, live; those of a recovery plan's group lie indented under it. */
export function JobSteps({ job, vaultName }: { readonly job: ReplicationJobResource; readonly vaultName: string }) {
  const rows = stepRows(job.properties.tasks);
  if (rows.length === 0) return <p className="text-muted">The steps appear when the job starts.</p>;
  return (
    <ol aria-label="Steps" className="flex flex-col divide-y divide-line">
      {rows.map((row) => (
        <Step key={row.key} row={row} vaultName={vaultName} />
      ))}
    </ol>
  );
}

const indents = ["", "sm:pl-7", "sm:pl-14", "sm:pl-20"];

function Step({ row, vaultName }: { readonly row: StepRow; readonly vaultName: string }) {
  const { task, depth, isGroup } = row;
  const errors = task.errors.map(readableError);
  return (
    <li className={clsx("flex flex-col gap-2 py-3", indents[Math.min(depth, indents.length - 1)])}>
      <div className="grid items-center gap-x-4 gap-y-1 sm:grid-cols-[minmax(0,1fr)_15rem_10rem_6rem]">
        <span className={clsx("min-w-0 wrap-anywhere", isGroup && "font-semibold")}>
          {task.friendlyName}
          <ChildJobLink task={task} vaultName={vaultName} />
        </span>
        <JobStatus state={task.state} description={task.stateDescription} />
        <span className="text-[0.8125rem] text-muted max-sm:hidden">
          <ExactTime at={realTime(task.startTime)} fallback="" />
        </span>
        <span className="text-right text-[0.8125rem] text-muted max-sm:hidden">
          <JobDuration start={task.startTime} end={task.endTime} />
        </span>
      </div>
      <StepBody task={task} />
      <JobErrors errors={errors} />
    </li>
  );
}

function StepBody({ task }: { readonly task: AsrTask }) {
  const { progress, details, observation, skippedReasonString: skipped } = taskDetails(task);
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
      {observation ? (
        <p className="text-[0.8125rem]">
          <span className="text-muted">Comment: </span>
          {observation}
        </p>
      ) : null}
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

function ChildJobLink({ task, vaultName }: { readonly task: AsrTask; readonly vaultName: string }) {
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
