import type { Job } from "@/lib/jobs/job";
import type { JobOutcome } from "@/lib/jobs/job-definition";
import type { Explanation } from "@/lib/kernel/fault";

/** Why the run of a drill did not succeed, in the words of its job; null: it did. */
export function drillFailure(job: Job, outcome: JobOutcome): Explanation | null {
  if (outcome.state === "Succeeded") return null;
  if (outcome.state === "Cancelled") {
    return {
      code: "DrillCancelled",
      message: `The drill of ${job.targetName} was cancelled by a person.`,
      possibleCauses: "Somebody cancelled its job.",
      recommendedAction: "Run the drill again when it may run.",
    };
  }
  const error = outcome.errors.find(({ severity }) => severity === "Error");
  if (error === undefined) return null;
  const { code, message, possibleCauses, recommendedAction } = error;
  return { code, message, possibleCauses, recommendedAction };
}
