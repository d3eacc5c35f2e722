import type { Drill, DrillRun } from "@/lib/domain/drill";
import type { VaultEvent } from "@/lib/domain/entities";
import { announce } from "../announce";
import type { OperationContext } from "../context";

/** What did not go as scheduled is an event of the vault. Repeatable: one event for each state of a run. */
export async function recordDrillEvent(
  context: OperationContext,
  drill: Pick<Drill, "name">,
  run: DrillRun,
): Promise<void> {
  const id = `${run.id}_${run.state}`;
  if (run.reason === null || (await context.repositories.events.get(id))) return;
  const event: VaultEvent = {
    ...{ id, vaultId: run.vaultId, at: context.clock.now().toISOString(), type: "JobStatus" },
    severity: run.state === "Failed" ? "Critical" : "Warning",
    description: `Drill ${run.state === "Failed" ? "failed" : "not started"}: ${run.reason.message}`,
    affectedObject: drill.name,
    jobId: run.startedAt === null ? null : run.jobId,
  };
  await context.repositories.events.insert(event);
  announce(context, run.vaultId, "replicationEvents", id);
}

export function announceDrill(context: OperationContext, drill: Pick<Drill, "name" | "vaultId">): void {
  announce(context, drill.vaultId, "drills", drill.name);
}
