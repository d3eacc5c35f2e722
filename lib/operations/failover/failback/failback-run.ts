import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import { Fault } from "@/lib/kernel/fault";
import { requireItem } from "../../change-protected-item";
import type { OperationContext } from "../../context";
import type { FailoverStep } from "../failover-run";

/** One machine's way back from Azure: of its own job, or a part of a recovery plan's. Written into the job's input; JSON. */
export interface FailbackRun {
  readonly kind: "Failback";
  readonly itemId: string;
  /**
   * The service's words. ForDownTime: most of the data is copied while the machine in Azure runs, and a person says when it
   * is shut down. ForSynchronization: it is shut down first.
   */
  readonly dataSyncOption: "ForDownTime" | "ForSynchronization";
  /** CreateVmIfNotFound: the host makes the machine when it does not have it. */
  readonly createMachine: boolean;
  /** The host that takes the machine; null: the one that it came from. */
  readonly providerId: string | null;
}

/** The item, and whether this failback has made the source the machine already: then nothing is left to do. */
export async function failbackItemOf(
  step: FailoverStep,
  run: FailbackRun,
): Promise<{ item: ProtectedItem; isSwitched: boolean }> {
  const item = await requireItem(step.services, run.itemId);
  return { item, isSwitched: item.activeLocation === "Primary" };
}

export const ALREADY_BACK = { skip: "The machine runs at its site already." } as const;

/** What the failover made. @throws Fault ReplicaNotFound */
export async function requireReplica(context: OperationContext, item: ProtectedItem): Promise<DeployedMachine> {
  const machines = await context.repositories.deployedMachines.listByItem(item.id);
  const machine = machines.find((one) => one.purpose === "Failover");
  if (machine) return machine;
  throw new Fault({
    code: "ReplicaNotFound",
    message: `There is no virtual machine of ${item.machineName} in Azure.`,
    possibleCauses: "It was deleted, or its failover never ended.",
    recommendedAction: "Look under Virtual machines. Without it there is nothing to bring back.",
  });
}

export function failbackKey(what: "before" | "stopped" | "ordersAtStop" | "started", run: FailbackRun): string {
  return `failback ${what}:${run.itemId}`;
}
