import { siteRecoveryArmId, type VaultAddress } from "@/lib/contract/arm-id";
import type { Job } from "@/lib/jobs/job";
import type { Call } from "./route";

/** Seconds between two looks at a running operation, as told to clients. The real service says 30; ours is next door. */
const RETRY_AFTER_SECONDS = "1";

export function ok(body: unknown): Response {
  return Response.json(body, { status: 200 });
}

export function created(body: unknown): Response {
  return Response.json(body, { status: 201 });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}

export function list(items: readonly unknown[], nextLink: string | null = null): Response {
  return ok({ value: items, nextLink });
}

/**
 * 202 for a job of a vault (asr reference 2.2): the status address is the job itself; the result is read at
 * `{resourceId}/operationresults/{jobId}`.
 */
export function accepted(call: Call, vault: VaultAddress, job: Job, resourceId: string): Response {
  const jobId = siteRecoveryArmId(vault, "replicationJobs", job.id);
  const version = `?api-version=${encodeURIComponent(call.apiVersion)}`;
  return new Response(null, {
    status: 202,
    headers: {
      "Azure-AsyncOperation": `${call.origin}${jobId}${version}`,
      Location: `${call.origin}${resourceId}/operationresults/${job.id}${version}`,
      "Retry-After": RETRY_AFTER_SECONDS,
      "x-ms-request-id": jobId,
    },
  });
}

/**
 * 202 for a job that outlives its vault (deleting it): status and result are read below the subscription. The SDK's poller
 * takes the status from `status`, and a 200 or 204 at Location as the end.
 */
export function acceptedAtLocation(
  call: Call,
  vault: VaultAddress & { readonly location: string },
  job: Job,
): Response {
  const stem = `/subscriptions/${vault.subscriptionId}/providers/Microsoft.RecoveryServices/locations/${vault.location}`;
  const version = `?api-version=${encodeURIComponent(call.apiVersion)}`;
  return new Response(null, {
    status: 202,
    headers: {
      "Azure-AsyncOperation": `${call.origin}${stem}/operationStatus/${job.id}${version}`,
      Location: `${call.origin}${stem}/operationResults/${job.id}${version}`,
      "Retry-After": RETRY_AFTER_SECONDS,
    },
  });
}
