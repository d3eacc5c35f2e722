import type { z } from "zod";
import type { EvidenceView } from "@/lib/contract/portal";
import type { ProtectedItem } from "@/lib/domain/entities";
import type { OperationContext } from "./context";
import { placeOf } from "./failover/failback/failback-target";
import { runsOf, type RunEvidence } from "./run-evidence";

type Evidence = z.infer<typeof EvidenceView>["properties"];

/** Newest run first. A run's state and end are its job's. */
export async function readEvidence(context: OperationContext, item: ProtectedItem): Promise<Evidence> {
  return {
    sourceMachineId: placeOf(item).machineId,
    sourceReachable: context.sites.isConnected(placeOf(item).providerId),
    runs: await Promise.all(runsOf(item).map((run) => present(context, run))),
  };
}

async function present(context: OperationContext, run: RunEvidence): Promise<Evidence["runs"][number]> {
  const job = await context.jobs.get(run.jobId);
  const { recoveryPoint, failback = null, ...rest } = run;
  return {
    ...rest,
    disks: run.disks.map((disk) => ({ ...disk })),
    state: job?.state ?? "Other",
    endedAt: job?.endedAt ?? null,
    recoveryPoint: recoveryPoint && { name: recoveryPoint.id, at: recoveryPoint.at, orders: recoveryPoint.orders },
    failback: failback && { ...failback, synchronizations: failback.synchronizations.map((one) => ({ ...one })) },
    cleanup: run.cleanup && { ...run.cleanup, remainingResources: [...run.cleanup.remainingResources] },
  };
}
