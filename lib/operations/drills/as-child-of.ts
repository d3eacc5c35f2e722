import type { Job } from "@/lib/jobs/job";
import type { JobQueue } from "@/lib/jobs/job-queue";
import type { OperationContext } from "../context";

/**
 * The context with which a verb makes its job as a child of `parent`, under an id that was written down before: a step that
 * is repeated then finds the job that it started, and what the verb had taken hold of for it.
 */
export function asChildOf(context: OperationContext, parent: Pick<Job, "id">, childId: string): OperationContext {
  const { jobs, random } = context;
  let isTaken = false;
  // The verbs of plans draw one id, which is that of their job.
  const uuid = () => {
    if (isTaken) return random.uuid();
    isTaken = true;
    return childId;
  };
  const queue: JobQueue = {
    enqueue: (request) => jobs.enqueue({ ...request, parentJobId: parent.id }),
    get: (id) => jobs.get(id),
    steps: (id) => jobs.steps(id),
    list: (query) => jobs.list(query),
    allowedActions: (job, steps) => jobs.allowedActions(job, steps),
    cancel: (id) => jobs.cancel(id),
    restart: (id) => jobs.restart(id),
    resume: (id, comments) => jobs.resume(id, comments),
    waitForEnd: (id, signal) => jobs.waitForEnd(id, signal),
  };
  return { ...context, jobs: queue, random: { bytes: (count) => random.bytes(count), uuid } };
}
