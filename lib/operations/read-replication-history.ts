import type { ProtectedItem } from "@/lib/domain/entities";
import { CYCLES_KEPT_HOURS, type ReplicationCycle, type ReplicationHour } from "@/lib/domain/replication-history";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";

export interface ReplicationHistoryView {
  readonly intervalSeconds: number;
  readonly cycles: readonly ReplicationCycle[];
  readonly hours: readonly ReplicationHour[];
}

/** @throws Refusal InvalidHours */
export async function readReplicationHistory(
  context: OperationContext,
  item: ProtectedItem,
  hours: number,
): Promise<ReplicationHistoryView> {
  if (!Number.isInteger(hours) || hours < 1 || hours > CYCLES_KEPT_HOURS) throw invalidHours();
  const { replicationHistory, policies } = context.repositories;
  const since = new Date(context.clock.now().getTime() - hours * 3_600_000).toISOString();
  const policy = await policies.get(item.policyId);
  return {
    intervalSeconds: policy?.replicationIntervalSeconds ?? 300,
    cycles: await replicationHistory.cycles(item.id, since),
    hours: await replicationHistory.hours(item.id, ""),
  };
}

function invalidHours(): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "InvalidHours",
      message: `Single cycles are kept for ${CYCLES_KEPT_HOURS} hours.`,
      possibleCauses: "The request asks for more hours, or for something that is no number.",
      recommendedAction: `Send hours from 1 to ${CYCLES_KEPT_HOURS}; what is older is in the hours.`,
    },
    "hours",
  );
}
