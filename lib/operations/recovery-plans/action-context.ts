import type { Vault } from "@/lib/domain/entities";
import type { StepContext } from "@/lib/jobs/job-definition";
import { requireItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { replicaOf, vaultOf } from "../failover/replica";
import type { ActionRun, PlanMachine } from "./plan-run";
import type { RecoveryPlanContext } from "../automation/recovery-plan-context";

/** Where in the plan an action stands. */
export interface ActionPlace {
  /** "Shutdown", "Failover", or the number of the boot group. */
  readonly group: string;
  readonly position: "before" | "after";
  readonly machines: readonly PlanMachine[];
}

const FAILOVER_TYPES = {
  TestFailover: "Test",
  TestFailoverCleanup: "Test",
  PlannedFailover: "Planned",
  Failback: "Planned",
  UnplannedFailover: "Unplanned",
} as const;

/** What the service hands to a runbook (asr reference 9.1, the ARM form), and the vault that it is of. */
export async function actionContext(
  step: StepContext<OperationContext>,
  run: ActionRun,
  place: ActionPlace,
): Promise<{ readonly vault: Vault; readonly context: RecoveryPlanContext } | null> {
  const machines = place.machines.filter((machine) => machine.leftOut === null);
  const [first] = place.machines;
  if (first === undefined) return null;
  const vault = await vaultOf(step.services, await requireItem(step.services, first.itemId));
  const entries: [string, Record<string, string>][] = [];
  for (const machine of machines) {
    const item = await requireItem(step.services, machine.itemId);
    entries.push([item.machineId, exists(run, place) ? await madeMachine(step, run, vault, machine) : {}]);
  }
  return {
    vault,
    context: {
      RecoveryPlanName: run.planName,
      FailoverType: FAILOVER_TYPES[run.type],
      FailoverDirection: run.direction === "PrimaryToRecovery" ? "PrimaryToSecondary" : "SecondaryToPrimary",
      GroupId: place.group,
      VmMap: Object.fromEntries(entries),
    },
  };
}

/** Machines exist once their boot group is through; a test's are gone when its cleanup runs its actions. */
function exists(run: ActionRun, place: ActionPlace): boolean {
  return place.position === "after" && /^\d+$/.test(place.group) && run.type !== "TestFailoverCleanup";
}

async function madeMachine(
  step: StepContext<OperationContext>,
  run: ActionRun,
  vault: Vault,
  machine: PlanMachine,
): Promise<Record<string, string>> {
  if (run.type === "Failback") return { RoleName: machine.machineName };
  const replica = await replicaOf(step.services, machine.itemId, step.job.id);
  if (!replica) return {};
  const point = await step.services.repositories.recoveryPoints.get(replica.recoveryPointId);
  return {
    SubscriptionId: vault.subscriptionId,
    ResourceGroupName: vault.resourceGroup,
    RoleName: replica.name,
    // The service's documentation shows an instant under this name.
    RecoveryPointId: point?.at ?? "",
  };
}
