import { SITE_RECOVERY_API_VERSIONS as apiVersions } from "@/lib/contract/api-versions";
import { listOf } from "@/lib/contract/portal";
import { ReplicationJobResource, ResumeJobBody } from "@/lib/contract/replication-jobs";
import type { Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "@/lib/operations/context";
import { readJob, requireJob } from "@/lib/operations/read-job";
import { list, ok } from "../answers";
import { parseJobFilter } from "../job-filter";
import { VAULT } from "../paths";
import { presentJob } from "../presenters/job";
import { resolveVault } from "../resolve";
import { route, type Call, type ParamNames, type Route } from "../route";

/** Newest ones; older jobs are found by filter. */
const JOBS_LISTED_MAX = 500;
const JOB = `${VAULT}/replicationJobs/{jobName}` as const;

async function jobAnswer(context: OperationContext, vault: Vault, job: Job): Promise<Response> {
  return ok(presentJob(await readJob(context, vault, job)));
}

/** Resume, restart and cancel are done when they are written: 200 with the job, which the poller takes as the end. */
async function act(
  call: Call<ParamNames<typeof JOB>, unknown>,
  how: (job: Job, by: string) => Promise<Job>,
): Promise<Response> {
  const vault = await resolveVault(call);
  const job = await requireJob(call.context, vault, call.params.jobName);
  return jobAnswer(call.context, vault, await how(job, call.context.settings.localUser));
}

export const jobRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT}/replicationJobs`,
    summary:
      "Lists jobs, newest first. $filter: jobStatus, startTime, endTime, scenarioName, jobName, affectedObjectTypes.",
    apiVersions,
    answer: listOf(ReplicationJobResource),
    async handle(call) {
      const vault = await resolveVault(call);
      const filter = parseJobFilter(call.query.get("$filter"));
      const jobs = await call.context.jobs.list({ ...filter.query, vaultId: vault.id, limit: JOBS_LISTED_MAX });
      const wanted = jobs.filter(
        (job) =>
          (filter.targetType === null || job.targetType.toLowerCase() === filter.targetType.toLowerCase()) &&
          (filter.jobName === null || job.id.toLowerCase() === filter.jobName.toLowerCase()),
      );
      const views = await Promise.all(wanted.map((job) => readJob(call.context, vault, job)));
      return list(views.map(presentJob));
    },
  }),
  route({
    method: "GET",
    path: JOB,
    summary: "Gets a job; also the status document of the long operation that it is.",
    apiVersions,
    answer: ReplicationJobResource,
    async handle(call) {
      const vault = await resolveVault(call);
      return jobAnswer(call.context, vault, await requireJob(call.context, vault, call.params.jobName));
    },
  }),
  route({
    method: "POST",
    path: `${JOB}/cancel`,
    summary: "Cancels a job at its next step boundary; what it did is taken back.",
    apiVersions,
    answer: ReplicationJobResource,
    handle: (call) => act(call, (job, by) => call.context.jobs.cancel(job.id, by)),
  }),
  route({
    method: "POST",
    path: `${JOB}/restart`,
    summary: "Starts a failed job again from the step that failed.",
    apiVersions,
    answer: ReplicationJobResource,
    handle: (call) => act(call, (job, by) => call.context.jobs.restart(job.id, by)),
  }),
  route({
    method: "POST",
    path: `${JOB}/resume`,
    summary: "Completes the manual action at which a job waits; a comment is required.",
    apiVersions,
    body: ResumeJobBody,
    bodyOptional: true,
    answer: ReplicationJobResource,
    handle: (call) =>
      act(call, (job, by) => call.context.jobs.resume(job.id, call.body.properties?.comments ?? "", { by })),
  }),
];
