import { hasDrillRunEnded, scheduledOccurrence, type Drill, type DrillRun } from "@/lib/domain/drill";
import { nextInstants } from "@/lib/domain/drill-schedule";
import { isInWindows } from "@/lib/domain/drill-start";
import type { RecoveryPlan } from "@/lib/domain/entities";
import type { OperationContext } from "../context";

const STARTS_SHOWN = 5;
const RUNS_LOOKED_AT = 50;

export interface NextStart {
  readonly at: string;
  /** A person has left it out. */
  readonly skipped: boolean;
  /** It lies within the windows; outside it is skipped, or waits as long as the grace allows. */
  readonly inWindow: boolean;
}

export interface DrillView {
  readonly drill: Drill;
  /** Null: it was deleted. */
  readonly plan: RecoveryPlan | null;
  /** The drill that it follows. */
  readonly after: Drill | null;
  readonly next: readonly NextStart[];
  /** The newest that has ended or was skipped when it was due. */
  readonly last: DrillRun | null;
  readonly open: DrillRun | null;
}

export async function readDrill(context: OperationContext, drill: Drill): Promise<DrillView> {
  const { drills, drillRuns, recoveryPlans } = context.repositories;
  const { trigger } = drill;
  const runs = await drillRuns.list(drill.id, { take: RUNS_LOOKED_AT });
  const now = context.clock.now().toISOString();
  return {
    drill,
    plan: await recoveryPlans.get(drill.planId),
    after: trigger.kind === "AfterDrill" ? await drills.get(trigger.drillId) : null,
    next: await nextStarts(context, drill),
    last: runs.find((run) => hasDrillRunEnded(run.state) && run.dueAt <= now) ?? null,
    open: runs.find((run) => !hasDrillRunEnded(run.state)) ?? null,
  };
}

/** Empty: it is paused, or follows another drill. */
export async function nextStarts(context: OperationContext, drill: Drill): Promise<NextStart[]> {
  const { trigger, timeZone } = drill;
  if (!drill.enabled || trigger.kind !== "Schedule") return [];
  const made = new Set((await context.repositories.drillRuns.list(drill.id)).map((run) => run.occurrence));
  return nextInstants(trigger.cron, timeZone, context.clock.now(), STARTS_SHOWN).map((at) => ({
    at,
    skipped: made.has(scheduledOccurrence(at)),
    inWindow: isInWindows(drill, new Date(at)),
  }));
}
