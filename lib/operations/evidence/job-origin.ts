import { enqueueAs } from "@/lib/jobs/enqueue-as";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "../context";

/** Where a job comes from; kept in its input under a name that no operation uses. */
export interface JobOrigin {
  readonly requestedBy?: { readonly who: string; readonly program: string | null };
  /** When the outage was declared, ISO 8601 UTC, as whoever asked has it. */
  readonly declaredAt?: string;
  readonly drillId?: string;
}

/** There is no sign-in: whoever sits at this machine, when nobody was named. */
export const LOCAL_USER = "local user";

const KEY = "origin";
const PROGRAM_CHARACTERS_MAX = 200;

export function originOf(job: Pick<Job, "input">): JobOrigin {
  return (job.input[KEY] as JobOrigin | undefined) ?? {};
}

/**
 * The same context, whose jobs say where they come from. Contexts nest: what was said nearer to the job goes first.
 * `origin` is asked when a job is made.
 */
export function withOrigin(context: OperationContext, origin: () => JobOrigin): OperationContext {
  const { jobs } = context;
  const queue = enqueueAs(jobs, (request) => {
    const known = originOf(request);
    return jobs.enqueue({ ...request, input: { ...request.input, [KEY]: { ...origin(), ...known } } });
  });
  return { ...context, jobs: queue };
}

/** There is no sign-in: whoever sits at this machine is its local user; a user agent tells a program from the portal. */
export function requester(context: OperationContext, userAgent: string | null): NonNullable<JobOrigin["requestedBy"]> {
  const program = userAgent?.replace(/[^\x20-\x7e]/g, "").slice(0, PROGRAM_CHARACTERS_MAX) ?? "";
  return { who: context.settings.localUser, program: program === "" ? null : program };
}
