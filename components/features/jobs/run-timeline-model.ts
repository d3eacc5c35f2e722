import type { AsrTask } from "@/lib/contract/replication-jobs";
import { realTime } from "./job-model";

export interface TimelineStep {
  readonly key: string;
  readonly task: AsrTask;
  /** Where its time lies in the time of the whole run, from 0 to 1; null before it has started. */
  readonly bar: { readonly from: number; readonly width: number } | null;
}

export interface TimelineGroup {
  readonly key: string;
  /** Null: steps of no group. */
  readonly task: AsrTask | null;
  readonly steps: readonly TimelineStep[];
  /** The most steps that were under way at the same moment, as measured. */
  readonly atOnce: number;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The groups of a run with their steps on one scale of time, up to `now` (milliseconds since 1970) while it runs. */
export function runTimeline(tasks: readonly AsrTask[], now: number): TimelineGroup[] {
  const groups = grouped(tasks);
  const spans = groups.flatMap(({ steps }) => steps.flatMap((step) => spanOf(step, now) ?? []));
  const start = Math.min(...spans.map((span) => span.start));
  const length = Math.max(...spans.map((span) => span.end)) - start;
  const barOf = (task: AsrTask) => {
    const span = spanOf(task, now);
    if (span === null) return null;
    if (length <= 0) return { from: 0, width: 1 };
    return { from: (span.start - start) / length, width: (span.end - span.start) / length };
  };
  return groups.map(({ task, steps }, index) => ({
    key: `${index}/`,
    task,
    steps: steps.map((step) => ({ key: step.taskId, task: step, bar: barOf(step) })),
    atOnce: mostAtOnce(steps.flatMap((step) => spanOf(step, now) ?? [])),
  }));
}

/** Neighbouring steps of no group are shown together. */
function grouped(tasks: readonly AsrTask[]) {
  const groups: { readonly task: AsrTask | null; readonly steps: AsrTask[] }[] = [];
  for (const task of tasks) {
    const children = task.groupTaskCustomDetails?.childTasks ?? [];
    const last = groups.at(-1);
    if (children.length > 0) groups.push({ task, steps: children });
    else if (last && last.task === null) last.steps.push(task);
    else groups.push({ task: null, steps: [task] });
  }
  return groups;
}

function spanOf(task: AsrTask, now: number): Span | null {
  const start = realTime(task.startTime);
  if (start === null || task.state === "NotStarted") return null;
  const end = realTime(task.endTime);
  const startMs = new Date(start).getTime();
  return { start: startMs, end: Math.max(startMs, end === null ? now : new Date(end).getTime()) };
}

/** One that ends when the next begins was not beside it. */
function mostAtOnce(spans: readonly Span[]): number {
  const edges = spans
    .filter(({ start, end }) => end > start)
    .flatMap(({ start, end }) => [
      { at: start, step: 1 },
      { at: end, step: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.step - b.step);
  let count = 0;
  let most = 0;
  for (const edge of edges) {
    count += edge.step;
    most = Math.max(most, count);
  }
  return most;
}
