import { nameInArmId } from "@/lib/contract/arm-id";
import type { FailbackDetails } from "@/lib/contract/protected-items";
import type { RecoveryPlan } from "@/lib/domain/entities";
import { sameName } from "@/lib/domain/names";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "@/lib/operations/context";
import type { PointChoice } from "@/lib/operations/failover/choose-recovery-point";
import type { PlanBackRequest } from "@/lib/operations/recovery-plans/fail-back-recovery-plan";
import { planItems } from "@/lib/operations/recovery-plans/plan-items";
import { failbackDetailsFrom } from "./failover-input";
import { nameFromReference } from "./references";

/** What the bodies of a plan's runs say of recovery points: a list, one entry for each kind of replication. */
type Details = readonly {
  readonly recoveryPointType?: Exclude<PointChoice["type"], "Id"> | null | undefined;
  readonly multiVmSyncPointOption?: "UseMultiVmSyncRecoveryPoint" | "UsePerVmRecoveryPoint" | null | undefined;
  readonly useMultiVmSyncPoint?: "true" | "false" | null | undefined;
  readonly recoveryPoints?:
    readonly { readonly replicationProtectedItemId: string; readonly recoveryPointId: string }[] | null | undefined;
}[];

const POINTS = "properties.providerSpecificDetails.recoveryPoints";

export function planPoint(
  details: Details | null | undefined,
  otherwise: Exclude<PointChoice["type"], "Id">,
): PointChoice {
  return { type: details?.find((one) => one.recoveryPointType)?.recoveryPointType ?? otherwise };
}

export const usesSharedPoints = (details: Details | null | undefined): boolean =>
  details?.some(
    (one) => one.multiVmSyncPointOption === "UseMultiVmSyncRecoveryPoint" || one.useMultiVmSyncPoint === "true",
  ) ?? false;

/** By the id of the protected item. @throws Refusal RecoveryPlanPointOfNoMachine, RecoveryPlanPointTwice, InvalidResourceId */
export async function planPointsFrom(
  context: OperationContext,
  plan: RecoveryPlan,
  details: Details | null | undefined,
): Promise<ReadonlyMap<string, string>> {
  const chosen = new Map<string, string>();
  const given = (details ?? []).flatMap((one) => one.recoveryPoints ?? []);
  if (given.length === 0) return chosen;
  const items = [...(await planItems(context, plan)).values()];
  for (const { replicationProtectedItemId: id, recoveryPointId } of given) {
    const name = nameInArmId(id, "replicationProtectedItems") ?? id;
    const item = items.find((one) => sameName(one.name, name));
    if (!item) throw wrong("RecoveryPlanPointOfNoMachine", `${plan.name} has no machine ${name.slice(0, 80)}.`);
    if (chosen.has(item.id)) throw wrong("RecoveryPlanPointTwice", `${item.machineName} is given two recovery points.`);
    chosen.set(item.id, nameFromReference(recoveryPointId, "recoveryPoints", POINTS));
  }
  return chosen;
}

/**
 * Null: to Azure. The direction and the kind of the details must agree, as for a single machine.
 * @throws Refusal FailoverDirectionMismatch, FailbackHostNotOfPlan
 */
export function planFailbackFrom(properties: {
  readonly failoverDirection?: string | null | undefined;
  readonly providerSpecificDetails?:
    readonly ({ readonly instanceType: string } | FailbackDetails)[] | null | undefined;
}): PlanBackRequest | null {
  const { failoverDirection, providerSpecificDetails } = properties;
  const details = failbackDetailsFrom({ failoverDirection, providerSpecificDetails: providerSpecificDetails?.[0] });
  if (details === null) return null;
  if (details.providerIdForAlternateRecovery) {
    throw wrong("FailbackHostNotOfPlan", "A plan goes back to the hosts that its machines came from.");
  }
  return {
    dataSyncOption: details.dataSyncOption ?? "ForDownTime",
    createMachine: details.recoveryVmCreationOption === "CreateVmIfNotFound",
  };
}

/** A planned failover makes its point itself, after the shutdown. */
export function refusePoints(details: readonly object[] | null | undefined): void {
  const named = (details ?? []).some((one) => "recoveryPoints" in one && isNotEmpty(one.recoveryPoints));
  if (!named) return;
  throw wrong("RecoveryPlanPointNotPlanned", "A planned failover always uses the data of the shutdown that it makes.");
}

const isNotEmpty = (list: unknown) => Array.isArray(list) && list.length > 0;

function wrong(code: string, message: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code,
      message,
      possibleCauses: "The request names something for the machines of the plan that this run cannot use.",
      recommendedAction:
        "Name one recovery point for each machine that is to have one, or none, and leave the host out.",
    },
    POINTS,
  );
}
