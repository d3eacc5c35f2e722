import { scheduledOccurrence, type Drill, type DrillRun } from "@/lib/domain/drill";
import { dueInstants } from "@/lib/domain/drill-schedule";
import { decideStart, notStartedInTime, pausedMeanwhile, supersededBy } from "@/lib/domain/drill-start";
import type { Job } from "@/lib/jobs/job";
import { hasEnded } from "@/lib/jobs/job-states";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { beginDrillRun, ensureDrillJob } from "./begin-drill-run";
import { announceDrill, recordDrillEvent } from "./drill-events";
import { drillFailure } from "./drill-failure";
import { endDrillRun, skipDrillRun } from "./end-drill-run";
import { newDrillRun } from "./new-drill-run";
import { isTestCompleted } from "./test-of-run";

/**
 * Writes down what has come due, and starts, skips or takes up again what was written down. Called every few seconds, by
 * as many servers as there are; each start is made once. `onTrouble`: a drill that could not be looked after now.
 */
export async function startDueDrills(
  context: OperationContext,
  onTrouble: (error: unknown, drill: string) => void,
): Promise<void> {
  for (const drill of await context.repositories.drills.listAll()) {
    await recordDue(context, drill).catch((error: unknown) => onTrouble(error, drill.name));
  }
  for (const run of await context.repositories.drillRuns.listOpen()) {
    await tend(context, run).catch((error: unknown) => onTrouble(error, run.drillId));
  }
}

/** Of several starts that were missed only the newest can still be made; the others are history. */
async function recordDue(context: OperationContext, drill: Drill): Promise<void> {
  if (!drill.enabled || drill.trigger.kind !== "Schedule") return;
  const vault = await context.repositories.vaults.get(drill.vaultId);
  if (vault?.state !== "Active") return;
  const now = context.clock.now();
  const newest = await context.repositories.drillRuns.newestScheduled(drill.id, now.toISOString());
  const after = newest !== null && newest > drill.activeSince ? newest : drill.activeSince;
  const { instants, moreBefore } = dueInstants(drill.trigger.cron, drill.timeZone, after, now);
  const last = instants.at(-1);
  if (last === undefined) return;
  for (const dueAt of instants.slice(0, -1)) {
    await insertMissed(context, drill, dueAt, moreBefore && dueAt === instants[0]);
  }
  const occurrence = scheduledOccurrence(last);
  const run = newDrillRun(context, drill, { occurrence, startedBy: "Schedule", dueAt: last });
  if (await context.repositories.drillRuns.insert(run)) await supersede(context, drill, run);
  announceDrill(context, drill);
}

async function insertMissed(context: OperationContext, drill: Drill, dueAt: string, moreBefore: boolean) {
  const now = context.clock.now();
  const missed = newDrillRun(context, drill, {
    ...{ occurrence: scheduledOccurrence(dueAt), startedBy: "Schedule", dueAt, state: "Skipped" },
    ...{ endedAt: now.toISOString(), reason: notStartedInTime(drill, dueAt, now, moreBefore) },
  });
  if (await context.repositories.drillRuns.insert(missed)) await recordDrillEvent(context, drill, missed);
}

/** Starts of the schedule that still wait for a window or for the run before do not pile up. */
async function supersede(context: OperationContext, drill: Drill, by: DrillRun): Promise<void> {
  for (const run of await context.repositories.drillRuns.listOpen()) {
    const waits = run.drillId === drill.id && run.state === "Scheduled" && run.startedBy === "Schedule";
    if (waits && run.dueAt < by.dueAt) await skipDrillRun(context, drill, run, supersededBy(drill, by.dueAt));
  }
}

async function tend(context: OperationContext, run: DrillRun): Promise<void> {
  const drill = await context.repositories.drills.get(run.drillId);
  if (!drill) return;
  if (run.state === "Scheduled") return startOrSkip(context, drill, run);
  const job = await ensureDrillJob(context, drill, run);
  if (hasEnded(job.state)) await endLeftOpen(context, run, job);
  else await goOnWhenCompleted(context, run, job);
}

/** A restart of its job was refused, or the process died, after the run was opened again for it. */
async function endLeftOpen(context: OperationContext, run: DrillRun, job: Job): Promise<void> {
  const state = job.state === "Succeeded" ? "Succeeded" : "Failed";
  const outcome = { state: job.state === "Cancelled" ? "Cancelled" : state, errors: job.errors } as const;
  await endDrillRun(context, run.id, state, drillFailure(job, outcome));
}

async function startOrSkip(context: OperationContext, drill: Drill, run: DrillRun): Promise<void> {
  if (run.startedBy !== "Person" && !drill.enabled) {
    return skipDrillRun(context, drill, run, pausedMeanwhile(drill));
  }
  const isOtherOpen = (await context.repositories.drillRuns.listOpen()).some(
    (other) => other.drillId === drill.id && other.id !== run.id && other.state !== "Scheduled",
  );
  const decided = decideStart(drill, run, context.clock.now(), isOtherOpen);
  if (decided.decision === "Skip") await skipDrillRun(context, drill, run, decided.reason);
  // What a person wished for was looked at when it was wished for.
  if (decided.decision === "Start" || run.startedBy === "Person") await beginDrillRun(context, drill, run);
}

/** A test that somebody has completed through its plan or its machines: the drill need not wait for a word. */
async function goOnWhenCompleted(context: OperationContext, run: DrillRun, job: Job): Promise<void> {
  if (job.state !== "Suspended" || !(await isTestCompleted(context, run))) return;
  try {
    await context.jobs.resume(job.id, "The test failover was completed through its plan or its machines.");
  } catch (error) {
    // Another server, or the person, was faster: it goes on.
    if (!(error instanceof Refusal && error.code === "JobActionNotAllowed")) throw error;
  }
}
