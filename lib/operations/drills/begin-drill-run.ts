import type { Drill, DrillRun } from "@/lib/domain/drill";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "../context";
import { announceDrill } from "./drill-events";
import { DRILL_SCENARIO, drillRunInput } from "./drill-run-input";

/**
 * From Scheduled to Running, and the job. The row decides who starts it; its job's id was chosen with the row, so that a
 * start that was interrupted, or made twice, makes one job. Null: somebody else has started or skipped it.
 */
export async function beginDrillRun(context: OperationContext, drill: Drill, run: DrillRun): Promise<Job | null> {
  const startedAt = context.clock.now().toISOString();
  const begun = await context.repositories.drillRuns.change(run.id, ["Scheduled"], { state: "Running", startedAt });
  return begun === null ? null : ensureDrillJob(context, drill, begun);
}

/** The job of a run that is Running: made when a process died before it could. */
export async function ensureDrillJob(context: OperationContext, drill: Drill, run: DrillRun): Promise<Job> {
  const known = await context.jobs.get(run.jobId);
  if (known) return known;
  try {
    const plan = await context.repositories.recoveryPlans.get(drill.planId);
    const job = await context.jobs.enqueue({
      ...{ id: run.jobId, scenarioName: DRILL_SCENARIO, vaultId: drill.vaultId },
      input: { ...drillRunInput(drill, run) },
      target: { id: drill.planId, name: plan?.name ?? drill.name, type: "RecoveryPlan" },
    });
    announceDrill(context, drill);
    return job;
  } catch (error) {
    // Two servers came to it at once: the store takes an id once.
    const made = await context.jobs.get(run.jobId);
    if (made) return made;
    throw error;
  }
}
