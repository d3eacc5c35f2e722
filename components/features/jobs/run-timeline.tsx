"use client";
import { clsx } from "clsx";
import { ExactTime, useNow } from "@/components/ui/relative-time";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { JobDuration } from "./job-duration";
import { JobErrors } from "./job-errors";
import { readableError, realTime } from "./job-model";
import { JobStatus } from "./job-status";
import { runTimeline, type TimelineGroup, type TimelineStep } from "./run-timeline-model";
import { ChildJobLink, StepBody } from "./step-body";

interface RunTimelineProps {
  readonly job: ReplicationJobResource;
  readonly vaultName: string;
}

/** The groups of a plan's run in their order, each step where it lies in the time of the run: who ran beside whom. */
export function RunTimeline({ job, vaultName }: RunTimelineProps) {
  const now = useNow();
  const groups = runTimeline(job.properties.tasks, now);
  if (groups.length === 0) return <p className="text-muted">The steps appear when the job starts.</p>;
  return (
    <div className="flex flex-col gap-5">
      {groups.map((group) => (
        <Group key={group.key} group={group} job={job} vaultName={vaultName} />
      ))}
    </div>
  );
}

function Group({ group, ...props }: RunTimelineProps & { readonly group: TimelineGroup }) {
  const { task, steps, atOnce } = group;
  const title = task?.friendlyName ?? "Whole plan";
  return (
    <section aria-label={title}>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line pb-1.5">
        <h3 className="min-w-0 flex-1 font-semibold wrap-anywhere">{title}</h3>
        {atOnce > 1 ? <span className="text-[0.8125rem] text-muted">up to {atOnce} at once</span> : null}
        {task === null ? null : (
          <>
            <span className="sm:w-44">
              <JobStatus state={task.state} description={task.stateDescription} />
            </span>
            <span className="w-20 text-right text-[0.8125rem] text-muted">
              <JobDuration start={task.startTime} end={task.endTime} />
            </span>
          </>
        )}
      </header>
      <ol aria-label={`Steps of ${title}`} className="divide-y divide-line">
        {steps.map((step) => (
          <Step key={step.key} step={step} {...props} />
        ))}
      </ol>
    </section>
  );
}

function Step({ step, job, vaultName }: RunTimelineProps & { readonly step: TimelineStep }) {
  const { task } = step;
  return (
    <li className="flex flex-col gap-2 py-2.5">
      <div className="grid items-center gap-x-4 gap-y-1 sm:grid-cols-[minmax(0,1fr)_minmax(5rem,14rem)_11rem_5rem]">
        <span className="min-w-0 wrap-anywhere">
          {task.friendlyName}
          <ChildJobLink task={task} vaultName={vaultName} />
        </span>
        <Bar step={step} />
        <JobStatus state={task.state} description={task.stateDescription} />
        <span className="text-[0.8125rem] text-muted sm:text-right">
          <JobDuration start={task.startTime} end={task.endTime} />
        </span>
        <span className="text-[0.8125rem] text-muted empty:hidden sm:col-span-4">
          <ExactTime at={realTime(task.startTime)} fallback="" />
        </span>
      </div>
      <StepBody task={task} vaultName={vaultName} jobName={job.name} />
      <JobErrors errors={task.errors.map(readableError)} />
    </li>
  );
}

const colours: Readonly<Record<string, string>> = {
  Succeeded: "bg-good",
  Failed: "bg-bad",
  InProgress: "bg-accent",
  Suspended: "bg-warn",
};

/** Its time within the run. State and duration stand beside it in words. */
function Bar({ step: { bar, task } }: { readonly step: TimelineStep }) {
  return (
    <span aria-hidden className="relative block h-1.5 overflow-hidden rounded-full bg-sunken">
      {bar === null ? null : (
        <span
          className={clsx("absolute inset-y-0 min-w-1 rounded-full", colours[task.state] ?? "bg-line-strong")}
          style={{ left: `${Math.min(bar.from * 100, 98)}%`, width: `${bar.width * 100}%` }}
        />
      )}
    </span>
  );
}
