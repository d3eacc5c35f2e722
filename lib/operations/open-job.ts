import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "./context";

export const OPEN_JOB_STATES = ["NotStarted", "InProgress", "Suspended"] as const;

/** A job of this kind that is under way for this thing: a request that is sent twice gets the same job. */
export async function findOpenJob(
  context: OperationContext,
  query: { readonly vaultId: string; readonly scenarioName: string; readonly matches: (job: Job) => boolean },
): Promise<Job | null> {
  const { vaultId, scenarioName } = query;
  const open = await context.jobs.list({ vaultId, scenarioNames: [scenarioName], states: OPEN_JOB_STATES });
  return open.find(query.matches) ?? null;
}
