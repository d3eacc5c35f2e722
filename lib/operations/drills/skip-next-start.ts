import { scheduledOccurrence, type Drill, type DrillRun } from "@/lib/domain/drill";
import { skippedByPerson } from "@/lib/domain/drill-start";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { announceDrill } from "./drill-events";
import { newDrillRun } from "./new-drill-run";
import { nextStarts } from "./read-drill";

/** The next start that is not left out already is left out. @throws Refusal DrillNotScheduled */
export async function skipNextStart(context: OperationContext, drill: Drill): Promise<DrillRun> {
  const next = (await nextStarts(context, drill)).find((start) => !start.skipped);
  if (!next) throw notScheduled(drill);
  const run = newDrillRun(context, drill, {
    ...{ occurrence: scheduledOccurrence(next.at), startedBy: "Schedule", dueAt: next.at, state: "Skipped" },
    ...{ reason: skippedByPerson(drill), endedAt: context.clock.now().toISOString() },
  });
  await context.repositories.drillRuns.insert(run);
  announceDrill(context, drill);
  return run;
}

function notScheduled(drill: Drill): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "DrillNotScheduled",
      message: `The drill ${drill.name} has no next start that could be left out.`,
      possibleCauses: "It is paused, it follows another drill, or its next starts are left out already.",
      recommendedAction: "Enable it or give it a schedule; a drill that follows another is paused instead.",
    },
    drill.name,
  );
}
