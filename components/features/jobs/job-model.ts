import { z } from "zod";
import type { JobErrorView, JobTask, JobView } from "@/lib/client/views/job";

/** One line of the step list: a step, or the heading of a recovery plan's group with its steps below it. */
export interface StepRow {
  readonly key: string;
  readonly depth: number;
  readonly task: JobTask;
  readonly isGroup: boolean;
}

/** Groups hold their steps; the list shows them flat, indented, in the order in which they run. */
export function stepRows(tasks: readonly JobTask[], depth = 0, parent = ""): StepRow[] {
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

export function readableError(error: JobErrorView): ReadableError {
  const service = error.serviceErrorDetails;
  const provider = error.providerErrorDetails;
  return {
    code: service?.code ?? provider?.errorId ?? "",
    message: service?.message ?? provider?.errorMessage ?? "The step failed and gave no message.",
    possibleCauses: service?.possibleCauses ?? provider?.possibleCauses ?? "",
    recommendedAction: service?.recommendedAction ?? provider?.recommendedAction ?? "",
    severity: error.errorLevel?.toLowerCase() === "warning" ? "warning" : "error",
  };
}

/** Errors of the job and of its steps, each once: the service repeats a step's error at the job. */
export function allErrors(job: JobView): ReadableError[] {
  const steps = stepRows(job.properties.tasks ?? []).flatMap((row) => row.task.errors ?? []);
  const seen = new Map<string, ReadableError>();
  for (const error of [...(job.properties.errors ?? []), ...steps].map(readableError))
    seen.set(`${error.code}\n${error.message}`, error);
  return [...seen.values()];
}

export interface WaitingAction {
  readonly name: string;
  readonly instructions: string;
}

/** The manual action at which a recovery plan has halted, or null. */
export function waitingAction(job: JobView): WaitingAction | null {
  const row = stepRows(job.properties.tasks ?? []).find(
    ({ task }) => task.customDetails?.instanceType === "ManualActionTaskDetails" && task.state === "Suspended",
  );
  if (row === undefined) return null;
  const { customDetails, friendlyName } = row.task;
  return {
    name: customDetails?.name ?? friendlyName ?? "Manual action",
    instructions: customDetails?.instructions ?? "",
  };
}

const Progress = z.object({ bytesDone: z.number(), bytesTotal: z.number() });

/** What this service adds to a task: measured bytes, and what the step found out. Absent for steps that have none. */
export function stepExtras(task: JobTask): {
  readonly progress: z.output<typeof Progress> | null;
  readonly details: unknown;
} {
  const progress = Progress.safeParse(task.customDetails?.["progress"]);
  return { progress: progress.success ? progress.data : null, details: task.customDetails?.["details"] ?? null };
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
  WaitingForStopTestFailover: "Waiting for the test to be completed",
  WaitingForFinalizeProtection: "Waiting for initial replication",
};

/** `WaitingForManualAction` as words. Unknown states are split at their capitals rather than hidden. */
export function stateText(state: string | null | undefined): string {
  if (!state) return "";
  return pretty[state] ?? state.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

/** Why a command of a job cannot run now. */
export function jobActionReason(action: "Cancel" | "Restart" | "Resume", job: JobView): string | null {
  if (job.properties.allowedActions?.includes(action)) return null;
  const { state } = job.properties;
  if (action === "Restart")
    return state === "Failed" || state === "Cancelled"
      ? "This job cannot be restarted. Start the operation again from its page."
      : "Only a job that failed can be restarted.";
  if (action === "Resume") return "This job is not waiting for anybody.";
  return isOver(state) ? "The job has already ended." : "This job has gone too far to be cancelled.";
}
