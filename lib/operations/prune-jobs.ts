import type { Job } from "@/lib/jobs/job";
import { CHECK_SCENARIO, REPAIR_SCENARIO } from "./check-vault";
import type { OperationContext } from "./context";
import { runsOf } from "./run-evidence";
import { RESYNCHRONIZATION_SCENARIO } from "./resynchronization/resynchronization-job-of";
import { RECLAIM_SCENARIO } from "./space/reclaim-space";

const KEPT_MS = 90 * 24 * 60 * 60_000;
const KEPT_IN_A_VAULT = 2_000;
/** Looked at in one go; the rest is for the next time. */
const BATCH = 500;
const ENDED = ["Succeeded", "Failed", "Cancelled"] as const;

/** What these found is read for as long as nothing newer says otherwise: so many of the newest of each vault stay. */
const READ_LATER = [
  { scenarioNames: [CHECK_SCENARIO, REPAIR_SCENARIO, RESYNCHRONIZATION_SCENARIO], limit: 60 },
  { scenarioNames: [RECLAIM_SCENARIO], limit: 1 },
];

/**
 * Forgets jobs that ended more than 90 days ago, and of each vault those beyond the newest two thousand. What is not over, what
 * something names (a machine, its evidence, a plan, a job of which it is a part), and what later reads go by stays whatever
 * its age. Returns how many went. Called now and then.
 */
export async function pruneJobs(context: OperationContext): Promise<number> {
  const createdUntil = new Date(context.clock.now().getTime() - KEPT_MS).toISOString();
  const due = await context.jobs.list({ states: ENDED, createdUntil, limit: BATCH });
  for (const { id } of await context.repositories.vaults.listAll()) {
    due.push(...(await context.jobs.list({ vaultId: id, states: ENDED, skip: KEPT_IN_A_VAULT, limit: BATCH })));
  }
  if (due.length === 0) return 0;
  const named = await namedJobs(context);
  const free = due.filter((job) => !named.has(job.id));
  const going = new Set(free.map(({ id }) => id));
  const gone: string[] = [];
  for (const job of free) if (!(await isPartOfOneThatStays(context, job, going))) gone.push(job.id);
  await context.jobs.forget(gone);
  return new Set(gone).size;
}

/** Jobs that something else of the portal names, or whose findings it goes by. */
async function namedJobs({ repositories, jobs }: OperationContext): Promise<Set<string>> {
  const named = new Set<string | null>();
  for (const machine of await repositories.deployedMachines.listAll()) named.add(machine.jobId);
  for (const { id: vaultId } of await repositories.vaults.listAll()) {
    for (const plan of await repositories.recoveryPlans.list(vaultId)) named.add(plan.heldByJobId);
    for (const item of await repositories.protectedItems.listByVault(vaultId)) {
      named.add(item.heldByJobId);
      for (const run of runsOf(item)) named.add(run.jobId);
    }
    for (const newest of READ_LATER) for (const job of await jobs.list({ vaultId, ...newest })) named.add(job.id);
  }
  named.delete(null);
  return named as Set<string>;
}

async function isPartOfOneThatStays(context: OperationContext, job: Job, going: ReadonlySet<string>): Promise<boolean> {
  if (job.parentJobId === null || going.has(job.parentJobId)) return false;
  return (await context.jobs.get(job.parentJobId)) !== null;
}
