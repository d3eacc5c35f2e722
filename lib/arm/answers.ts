import { OWN_API_VERSIONS, SITE_RECOVERY_API_VERSIONS } from "@/lib/contract/api-versions";
import { siteRecoveryArmId, type VaultAddress } from "@/lib/contract/arm-id";
import type { Job } from "@/lib/jobs/job";
import type { Call } from "./route";

/** Seconds between two looks at a running operation, as told to clients. The real service says 30; ours is next door. */
const RETRY_AFTER_SECONDS = "1";
/** Spoken by vaults and by everything below them. */
const COMMON_API_VERSION = "2024-04-01";

export function ok(body: unknown): Response {
  return Response.json(body, { status: 200 });
}

export function created(body: unknown): Response {
  return Response.json(body, { status: 201 });
}

export function text(body: string): Response {
  return new Response(body, { status: 200, headers: { "Content-Type": "text/plain; charset=utf-8" } });
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
  // A job that a vault's version or our own namespace has started is still read in Site Recovery's.
  const status = version(includes(SITE_RECOVERY_API_VERSIONS, call) ? call.apiVersion : COMMON_API_VERSION);
  // What our own verbs make may be a resource of ours or one of the vault's: each is read in its own namespace's version.
  const isOwn = resourceId.includes("/providers/Secondsite.Recovery/");
  const result = version(includes(OWN_API_VERSIONS, call) && !isOwn ? COMMON_API_VERSION : call.apiVersion);
  return new Response(null, {
    status: 202,
    headers: {
      "Azure-AsyncOperation": `${call.origin}${jobId}${status}`,
      Location: `${call.origin}${resourceId}/operationresults/${job.id}${result}`,
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
  return new Response(null, {
    status: 202,
    headers: {
      "Azure-AsyncOperation": `${call.origin}${stem}/operationStatus/${job.id}${version(call.apiVersion)}`,
      Location: `${call.origin}${stem}/operationResults/${job.id}${version(call.apiVersion)}`,
      "Retry-After": RETRY_AFTER_SECONDS,
    },
  });
}

const includes = (versions: readonly string[], call: Call) => versions.includes(call.apiVersion);
const version = (name: string) => `?api-version=${encodeURIComponent(name)}`;
