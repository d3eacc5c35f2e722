import {
  chainedOccurrence,
  hasDrillRunEnded,
  OPEN_DRILL_RUN_STATES,
  type Drill,
  type DrillRun,
} from "@/lib/domain/drill";
import { Refusal, type Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { announceDrill, recordDrillEvent } from "./drill-events";
import { newDrillRun } from "./new-drill-run";

const ATTEMPTS = 10;

/** Writes how a run ended, lets the drills follow that wait for it, and tells. Repeatable. */
export async function endDrillRun(
  context: OperationContext,
  runId: string,
  state: "Succeeded" | "Failed",
  reason: Explanation | null,
): Promise<void> {
  const { drills, drillRuns } = context.repositories;
  const run = await drillRuns.get(runId);
  const drill = run && (await drills.get(run.drillId));
  // A drill or a vault that is gone has taken its runs along.
  if (!run || !drill) return;
  // First those that follow: a process that dies here comes back, since this run is still open.
  await insertFollowers(context, run, state);
  const endedAt = context.clock.now().toISOString();
  const changes = { state, reason, endedAt, waitsFor: null, holdUntil: null };
  // A run that failed may have been restarted since.
  const ended = (await drillRuns.change(runId, [...OPEN_DRILL_RUN_STATES, "Failed"], changes)) ?? run;
  await recordDrillEvent(context, drill, ended);
  await forgetOldRuns(context, drill);
  announceDrill(context, drill);
}

/** Scheduled becomes Skipped; whatever else it is by now stays. */
export async function skipDrillRun(
  context: OperationContext,
  drill: Drill,
  run: DrillRun,
  reason: Explanation,
): Promise<void> {
  const changes = { state: "Skipped", reason, endedAt: context.clock.now().toISOString() } as const;
  const skipped = await context.repositories.drillRuns.change(run.id, ["Scheduled"], changes);
  if (skipped === null) return;
  await recordDrillEvent(context, drill, skipped);
  await forgetOldRuns(context, drill);
  announceDrill(context, drill);
}

async function insertFollowers(context: OperationContext, run: DrillRun, state: "Succeeded" | "Failed") {
  for (const follower of await context.repositories.drills.list(run.vaultId)) {
    const { trigger, enabled } = follower;
    if (!enabled || trigger.kind !== "AfterDrill" || trigger.drillId !== run.drillId) continue;
    if (trigger.when === "Succeeded" && state !== "Succeeded") continue;
    const dueAt = context.clock.now().toISOString();
    await context.repositories.drillRuns.insert(
      newDrillRun(context, follower, { occurrence: chainedOccurrence(run.id), startedBy: "Chain", dueAt }),
    );
  }
}

/**
 * Keeps so many ended runs. Before scheduled ones go it is written down that nothing up to them is due any more: a clock that
 * is set back by weeks must not start again what ran then.
 */
async function forgetOldRuns(context: OperationContext, drill: Drill): Promise<void> {
  const { drillRuns } = context.repositories;
  const runs = (await drillRuns.list(drill.id)).filter((run) => hasDrillRunEnded(run.state));
  const newestScheduled = runs.find((run) => run.startedBy === "Schedule");
  const old = runs.slice(drill.keepRuns).filter((run) => run !== newestScheduled);
  if (old.length === 0) return;
  const floor = old.find((run) => run.startedBy === "Schedule")?.dueAt;
  if (floor !== undefined) await raiseFloor(context, drill.id, floor);
  await drillRuns.delete(old.map((run) => run.id));
}

async function raiseFloor(context: OperationContext, drillId: string, floor: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const drill = await context.repositories.drills.get(drillId);
    if (!drill || drill.activeSince >= floor) return;
    try {
      await context.repositories.drills.update(drillId, drill.revision, { activeSince: floor });
      return;
    } catch (error) {
      const raced = error instanceof Refusal && error.code === "RevisionChanged";
      if (!raced || attempt >= ATTEMPTS) throw error;
    }
  }
}
