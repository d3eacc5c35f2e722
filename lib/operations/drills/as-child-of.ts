import { enqueueAs } from "@/lib/jobs/enqueue-as";
import type { Job } from "@/lib/jobs/job";
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
  const queue = enqueueAs(jobs, (request) => jobs.enqueue({ ...request, parentJobId: parent.id }));
  return { ...context, jobs: queue, random: { bytes: (count) => random.bytes(count), uuid } };
}
