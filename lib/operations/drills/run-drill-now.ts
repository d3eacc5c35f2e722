import { wishedOccurrence, type Drill, type DrillRun } from "@/lib/domain/drill";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { beginDrillRun } from "./begin-drill-run";
import { newDrillRun } from "./new-drill-run";

/** Because a person wants it: whatever the schedule and the windows say, and paused or not. @throws Refusal DrillBusy */
export async function runDrillNow(context: OperationContext, drill: Drill): Promise<Job> {
  const open = (await context.repositories.drillRuns.listOpen()).find(
    (run) => run.drillId === drill.id && run.state !== "Scheduled",
  );
  if (open) throw busy(drill, open);
  const id = context.random.uuid();
  const dueAt = context.clock.now().toISOString();
  const run = newDrillRun(context, drill, { id, occurrence: wishedOccurrence(id), startedBy: "Person", dueAt });
  await context.repositories.drillRuns.insert(run);
  const job = (await beginDrillRun(context, drill, run)) ?? (await context.jobs.get(run.jobId));
  if (job === null) throw busy(drill, run);
  return job;
}

function busy(drill: Drill, run: DrillRun): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "DrillBusy",
      message: `The drill ${drill.name} is under way: its run that was due at ${run.dueAt} has not ended.`,
      possibleCauses: run.waitsFor ?? "It tests, is held, or is cleaned up.",
      recommendedAction: "Complete or cancel its job, then run it again.",
    },
    drill.name,
  );
}
