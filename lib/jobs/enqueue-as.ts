import type { JobQueue } from "./job-queue";

/** The same queue, whose new jobs are made by `enqueue`. */
export function enqueueAs(jobs: JobQueue, enqueue: JobQueue["enqueue"]): JobQueue {
  return {
    enqueue,
    get: (id) => jobs.get(id),
    steps: (id) => jobs.steps(id),
    list: (query) => jobs.list(query),
    allowedActions: (job, steps) => jobs.allowedActions(job, steps),
    cancel: (id, by) => jobs.cancel(id, by),
    restart: (id, by) => jobs.restart(id, by),
    resume: (id, comments, more) => jobs.resume(id, comments, more),
    forget: (ids) => jobs.forget(ids),
    waitForEnd: (id, signal) => jobs.waitForEnd(id, signal),
  };
}
