import { z } from "zod";
import type { ManualActionFacts } from "@/lib/contract/plan-actions";
import type { JobErrorWire, AsrTask, ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { actionOutput, isManual, MANUAL_KEYS, manualFacts, OUTPUT_KEYS } from "./action-task";

/** One line of the step list: a step, or the heading of a recovery plan's group with its steps below it. */
export interface StepRow {
  readonly key: string;
  readonly depth: number;
  readonly task: AsrTask;
  readonly isGroup: boolean;
}

/** Groups hold their steps; the list shows them flat, indented, in the order in which they run. */
export function stepRows(tasks: readonly AsrTask[], depth = 0, parent = ""): StepRow[] {
  return tasks.flatMap((task, index) => {
    const key = `${parent}${index}/`;
    const children = task.groupTaskCustomDetails?.childTasks ?? [];
    return [{ key, depth, task, isGroup: children.length > 0 }, ...stepRows(children, depth + 1, key)];
  });
}

export interface ReadableError {
  readonly code: string;
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  readonly severity: "error" | "warning";
}

export function readableError(error: JobErrorWire): ReadableError {
  const { code, message, possibleCauses, recommendedAction } = error.serviceErrorDetails;
  const severity = error.errorLevel === "Warning" ? "warning" : "error";
  return { code, message, possibleCauses, recommendedAction, severity };
}

/** Errors of the job and of its steps, each once: the service repeats a step's error at the job. */
export function allErrors(job: ReplicationJobResource): ReadableError[] {
  const steps = stepRows(job.properties.tasks).flatMap((row) => row.task.errors);
  const seen = new Map<string, ReadableError>();
  for (const error of [...job.properties.errors, ...steps].map(readableError))
    seen.set(`${error.code}\n${error.message}`, error);
  return [...seen.values()];
}

export interface WaitingAction {
  /** Of the task: a second person does not complete the action after it by mistake. */
  readonly taskId: string;
  readonly name: string;
  readonly instructions: string;
  /** Since when it waits, and when it is overdue. */
  readonly facts: ManualActionFacts;
}

/** The manual action at which a recovery plan has halted, or null. */
export function waitingAction(job: ReplicationJobResource): WaitingAction | null {
  const row = stepRows(job.properties.tasks).find(({ task }) => isManual(task) && task.state === "Suspended");
  if (row === undefined) return null;
  const { name, instructions } = taskDetails(row.task);
  const { taskId, friendlyName } = row.task;
  return { taskId, name: name ?? friendlyName, instructions: instructions ?? "", facts: manualFacts(row.task) ?? {} };
}

/**
 * What a task tells beyond its state, whichever type its details are of: a manual action's instructions and comment, a
 * machine's own job, and what this service adds: measured bytes, and what the step found out.
 */
const TaskDetails = z.object({
  name: z.string().nullish(),
  instructions: z.string().nullish(),
  observation: z.string().nullish(),
  skippedReasonString: z.string().nullish(),
  jobTask: z.object({ jobId: z.string().nullish() }).nullish(),
  progress: z.object({ bytesDone: z.number(), bytesTotal: z.number() }).nullish(),
  details: z.record(z.string(), z.unknown()).nullish(),
});

export function taskDetails(task: AsrTask): z.output<typeof TaskDetails> {
  const parsed = TaskDetails.parse(task.customDetails ?? {});
  // What has its own place in the list is not said a second time among the figures.
  const elsewhere = [
    "observation",
    "skippedReason",
    ...(isManual(task) ? MANUAL_KEYS : []),
    ...(actionOutput(task) ? OUTPUT_KEYS : []),
  ];
  const figures = Object.entries(parsed.details ?? {}).filter(([key]) => !elsewhere.includes(key));
  return { ...parsed, details: Object.fromEntries(figures) };
}

export const isOver = (state: string) => state === "Succeeded" || state === "Failed" || state === "Cancelled";

/** Times that the service sends for "not yet": the first instants of its calendars. */
export function realTime(time: string | null | undefined): string | null {
  return !time || time.startsWith("0001-") || time.startsWith("1753-") ? null : time;
}

const pretty: Readonly<Record<string, string>> = {
  NotStarted: "Not started",
  InProgress: "In progress",
  PartiallySucceeded: "Partially succeeded",
  CompletedWithInformation: "Completed with information",
  WaitingForManualAction: "Waiting for a manual action",
  WaitingForDrillCompletion: "Waiting until a person completes the test",
  WaitingForStopTestFailover: "Waiting for the test to be completed",
  WaitingForCompleteFailover: "Waiting for Complete failover",
  WaitingForFinalizeProtection: "Waiting for initial replication",
};

/** `WaitingForManualAction` as words. Unknown states are split at their capitals rather than hidden. */
export function stateText(state: string | null | undefined): string {
  if (!state) return "";
  return pretty[state] ?? state.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

/** Why a command of a job cannot run now. */
export function jobActionReason(action: "Cancel" | "Restart" | "Resume", job: ReplicationJobResource): string | null {
  if (job.properties.allowedActions.includes(action)) return null;
  const { state } = job.properties;
  if (action === "Restart")
    return state === "Failed" || state === "Cancelled"
      ? "This job cannot be restarted. Start the operation again from its page."
      : "Only a job that failed can be restarted.";
  if (action === "Resume") return "This job is not waiting for anybody.";
  return isOver(state) ? "The job has already ended." : "This job has gone too far to be cancelled.";
}
