"use client";
import { clsx } from "clsx";
import { ExactTime } from "@/components/ui/relative-time";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { JobDuration } from "./job-duration";
import { JobErrors } from "./job-errors";
import { readableError, realTime, stepRows, type StepRow } from "./job-model";
import { JobStatus } from "./job-status";
import { ChildJobLink, StepBody } from "./step-body";

/** The steps of a job in their order, live; those of a recovery plan's group lie indented under it. */
export function JobSteps({ job, vaultName }: { readonly job: ReplicationJobResource; readonly vaultName: string }) {
  const rows = stepRows(job.properties.tasks);
  if (rows.length === 0) return <p className="text-muted">The steps appear when the job starts.</p>;
  return (
    <ol aria-label="Steps" className="flex flex-col divide-y divide-line">
      {rows.map((row) => (
        <Step key={row.key} row={row} vaultName={vaultName} jobName={job.name} />
      ))}
    </ol>
  );
}

const indents = ["", "sm:pl-7", "sm:pl-14", "sm:pl-20"];

function Step(props: { readonly row: StepRow; readonly vaultName: string; readonly jobName: string }) {
  const { vaultName } = props;
  const { task, depth, isGroup } = props.row;
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
      <StepBody task={task} vaultName={vaultName} jobName={props.jobName} />
      <JobErrors errors={errors} />
    </li>
  );
}
