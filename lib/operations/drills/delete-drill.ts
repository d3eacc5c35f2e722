import type { Drill } from "@/lib/domain/drill";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { announceDrill } from "./drill-events";

/** @throws Refusal DrillBusy while a run of it is under way, DrillHasFollowers naming those that are chained after it */
export async function deleteDrill(context: OperationContext, drill: Drill): Promise<void> {
  const open = (await context.repositories.drillRuns.listOpen()).filter((run) => run.drillId === drill.id);
  if (open.some((run) => run.state !== "Scheduled")) {
    throw refused("DrillBusy", drill, "a run of it has not ended", "Complete or cancel its job, then delete it.");
  }
  const followers = (await context.repositories.drills.list(drill.vaultId))
    .filter(({ trigger }) => trigger.kind === "AfterDrill" && trigger.drillId === drill.id)
    .map(({ name }) => name);
  if (followers.length > 0) {
    const why = `it is followed by ${followers.join(", ")}`;
    throw refused("DrillHasFollowers", drill, why, "Give those drills a schedule, or delete them first.");
  }
  await context.repositories.drills.delete(drill.id);
  announceDrill(context, drill);
}

function refused(code: string, drill: Drill, why: string, recommendedAction: string): Refusal {
  return new Refusal(
    "conflict",
    {
      code,
      message: `The drill ${drill.name} cannot be deleted: ${why}.`,
      possibleCauses: "It is in use.",
      recommendedAction,
    },
    drill.name,
  );
}
