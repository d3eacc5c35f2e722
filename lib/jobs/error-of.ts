import { Fault, Refusal, type Explanation } from "@/lib/kernel/fault";

/** What people read about anything that was thrown. An unexpected error is ours, and says so. */
export function explanationOf(error: unknown): Explanation {
  if (error instanceof Fault || error instanceof Refusal) return error.explanation;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: "InternalError",
    message: `Secondsite made a mistake. ${what}`,
    possibleCauses: "A defect in Secondsite, not something that you did.",
    recommendedAction: "Restart the job. When it fails again, report the defect with the job's id and this message.",
  };
}
