import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import type { FabricKind } from "@/lib/domain/replication-provider";
import type { Job, JobAction, JobStep } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { isPlanInput } from "./recovery-plans/plan-run";

/** A job with all that its page shows. */
export interface JobView {
  readonly vault: Vault;
  readonly job: Job;
  readonly steps: readonly JobStep[];
  readonly allowedActions: readonly JobAction[];
  /** The machines it is about, as far as they are still protected. */
  readonly items: readonly ProtectedItem[];
  /** Of the site of the first of them. */
  readonly siteKind: FabricKind;
  readonly childJobs: ReadonlyMap<string, Job>;
}

export async function readJob(context: OperationContext, vault: Vault, job: Job): Promise<JobView> {
  const steps = await context.jobs.steps(job.id);
  const childJobs = new Map<string, Job>();
  for (const { childJobId } of steps) {
    const child = childJobId === null ? null : await context.jobs.get(childJobId);
    if (child) childJobs.set(child.id, child);
  }
  const items = await itemsOf(context, job);
  const site = items[0] ? await context.repositories.fabrics.get(items[0].fabricId) : null;
  return {
    vault,
    job,
    steps,
    allowedActions: context.jobs.allowedActions(job, steps),
    items,
    siteKind: site?.kind ?? "HyperVSite",
    childJobs,
  };
}

/** @throws Refusal ArmResourceDoesNotExist: also for a job of another vault */
export async function requireJob(context: OperationContext, vault: Vault, jobId: string): Promise<Job> {
  const job = await context.jobs.get(jobId);
  if (job?.vaultId === vault.id) return job;
  throw new Refusal(
    "notFound",
    {
      code: "ArmResourceDoesNotExist",
      message: `Specified resource with name '${jobId}' does not exist.`,
      possibleCauses: "The id is misspelt, or the job is of another vault.",
      recommendedAction: "List the jobs of the vault and use an id from there.",
    },
    "jobName",
  );
}

async function itemsOf(context: OperationContext, job: Job): Promise<ProtectedItem[]> {
  const ids = isPlanInput(job.input) ? new Set(machineIds(job.input)) : [job.input["itemId"]];
  const items: ProtectedItem[] = [];
  for (const id of ids) {
    const item = typeof id === "string" ? await context.repositories.protectedItems.get(id) : null;
    if (item) items.push(item);
  }
  return items;
}

interface WithMachines {
  readonly machines?: readonly { readonly itemId: string }[];
}

function machineIds(input: Job["input"]): string[] {
  const groups = (input["groups"] as readonly WithMachines[] | undefined) ?? [];
  return [input as WithMachines, ...groups].flatMap((holder) => (holder.machines ?? []).map(({ itemId }) => itemId));
}
