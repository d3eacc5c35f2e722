import type { Job, JobAction, JobState, JobStep, StepState } from "./job";
import { runnerMemory } from "./runner-memory";

export function hasEnded(state: JobState): state is "Succeeded" | "Failed" | "Cancelled" {
  return state === "Succeeded" || state === "Failed" || state === "Cancelled";
}

/** A step that a later run need not look at again. */
export function isSettled(state: StepState): boolean {
  return state === "Succeeded" || state === "Skipped";
}

/** The one place that says what a person may do with a job. `irrevocable`: indices of steps after whose start nothing is taken back. */
export function allowedActions(
  job: Job,
  steps: readonly JobStep[],
  irrevocable: ReadonlySet<number>,
): readonly JobAction[] {
  const pastReturn = steps.some((step) => irrevocable.has(step.index) && step.state !== "NotStarted");
  const cancellable = !pastReturn && job.cancelRequestedAt === null && runnerMemory(job).undoing === null;
  switch (job.state) {
    case "NotStarted":
    case "InProgress":
      return cancellable ? ["Cancel"] : [];
    case "Suspended":
      return cancellable ? ["Cancel", "Resume"] : ["Resume"];
    case "Failed":
      return ["Restart"];
    case "Succeeded":
    case "Cancelled":
      return [];
  }
}
