import { siteRecoveryArmId } from "@/lib/contract/arm-id";
import { hasEnded } from "@/lib/jobs/job-states";
import { Fault, Refusal } from "@/lib/kernel/fault";
import { requireJob } from "@/lib/operations/read-job";
import { accepted, noContent } from "./answers";
import { VAULT } from "./paths";
import { resolveVault } from "./resolve";
import type { Call, Route } from "./route";

/**
 * GET {resource}/operationresults/{jobId}, for every resource of a vault that has long operations: 202 while the job runs;
 * then what the resource is now, 204 when there is none (any more), the job's own error when it failed. Made of the
 * declarations, so that none is forgotten.
 */
export function operationResultRoutes(resources: readonly Route[]): Route[] {
  const bases = new Map<string, Route>();
  for (const route of resources) {
    if (!route.longRunning || !route.path.startsWith(VAULT)) continue;
    const base = route.method === "POST" ? route.path.replace(/\/[^/{}]+$/, "") : route.path;
    const get = resources.find((other) => other.method === "GET" && other.path === base);
    if (get) bases.set(base, get);
  }
  return [...bases].map(([base, get]) => resultRoute(base, get));
}

function resultRoute(base: string, get: Route): Route {
  return {
    ...get,
    path: `${base}/operationresults/{jobId}`,
    summary: "What a long operation on the resource came to.",
    handle: (call) => operationResult(call, base, get),
  };
}

async function operationResult(call: Call, base: string, get: Route): Promise<Response> {
  const { subscriptionId = "", resourceGroupName = "", vaultName = "", jobId = "" } = call.params;
  const vault = await resolveVault({ ...call, params: { subscriptionId, resourceGroupName, vaultName } });
  const job = await requireJob(call.context, vault, jobId);
  if (!hasEnded(job.state)) return accepted(call, vault, job, addressOf(base, call, vault));
  const error = job.errors.find((candidate) => candidate.severity === "Error");
  if (job.state === "Failed" && error) throw new Fault(error);
  try {
    return await get.handle(call);
  } catch (problem) {
    // The operation was to delete it, or somebody did since: there is nothing to show, and nothing wrong.
    if (problem instanceof Refusal && problem.kind === "notFound") return noContent();
    throw problem;
  }
}

function addressOf(base: string, call: Call, vault: Parameters<typeof siteRecoveryArmId>[0]): string {
  const below = base.slice(VAULT.length).split("/").slice(1);
  const names = below.map((part) => (part.startsWith("{") ? (call.params[part.slice(1, -1)] ?? "") : part));
  return siteRecoveryArmId(vault, ...names);
}
