import { z } from "zod";
import { VAULT_API_VERSIONS } from "@/lib/contract/api-versions";
import { sameName } from "@/lib/domain/names";
import type { Job } from "@/lib/jobs/job";
import { noContent, ok } from "../answers";
import { SUBSCRIPTION } from "../paths";
import { noSuchResource } from "../resolve";
import { route, type Call, type Route } from "../route";

const LOCATION = `${SUBSCRIPTION}/providers/Microsoft.RecoveryServices/locations/{location}` as const;
const OperationStatus = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  startTime: z.string(),
  endTime: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

/** Operations that outlive their vault: deleting it. They are read below the subscription. */
export const operationStatusRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${LOCATION}/operationStatus/{jobId}`,
    summary: "The state of an operation on a vault.",
    apiVersions: VAULT_API_VERSIONS,
    answer: OperationStatus,
    async handle(call) {
      const job = await vaultJob(call);
      const [error] = job.errors;
      return ok({
        id: statusId(call),
        name: job.id,
        status: job.state,
        startTime: job.startedAt ?? job.createdAt,
        endTime: job.endedAt,
        error: error ? { code: error.code, message: `${error.message} ${error.recommendedAction}` } : null,
      } satisfies z.infer<typeof OperationStatus>);
    },
  }),
  route({
    method: "GET",
    path: `${LOCATION}/operationResults/{jobId}`,
    summary: "The result of an operation on a vault: 202 while it runs, 204 once it has ended.",
    apiVersions: VAULT_API_VERSIONS,
    async handle(call) {
      const job = await vaultJob(call);
      if (job.endedAt !== null) return noContent();
      return new Response(null, { status: 202, headers: { "Retry-After": "1" } });
    },
  }),
];

type StatusCall = Call<"subscriptionId" | "location" | "jobId", unknown>;

const statusId = ({ params }: StatusCall) =>
  `/subscriptions/${params.subscriptionId}/providers/Microsoft.RecoveryServices/locations/${params.location}/operationStatus/${params.jobId}`;

async function vaultJob(call: StatusCall): Promise<Job> {
  const job = await call.context.jobs.get(call.params.jobId);
  const here = job?.targetType === "Vault" && sameName(String(job.input["subscriptionId"]), call.params.subscriptionId);
  if (!job || !here) throw noSuchResource(call.params.jobId, "jobId");
  return job;
}
