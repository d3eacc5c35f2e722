import { bothRunningOf, withBothRunning, type BothRunning, type BothRunningChoice } from "@/lib/domain/both-running";
import type { ProtectedItem } from "@/lib/domain/entities";
import { isFailedOver, needsCommit } from "@/lib/domain/protection-state";
import { Refusal } from "@/lib/kernel/fault";
import { changeItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { placeOf } from "../failover/failback/failback-target";
import { stopDeployed } from "../failover/failback/stop-replica";
import { holderOf } from "../hold-protected-item";
import { recordEvent } from "../record-event";
import { stopSource } from "../source-machine";
import { runningReplica } from "./notice-both-running";

/** Waits at most so long for the host to take up a shutdown. */
const SHUTDOWN_MS = 90_000;

/** Why a choice is not open now; null: it is. The refusals of `resolveBothRunning` say the same. */
export function whyNotChoose(item: ProtectedItem, choice: BothRunningChoice): string | null {
  if (bothRunningOf(item) === null) return "The machine does not run in two places.";
  if (choice === "StopReplica" && isFailedOver(item) && needsCommit(item.state)) {
    return "The failover is not committed: cancel the failover instead, which deletes the machine in Azure.";
  }
  return null;
}

/**
 * Does what a person has decided about a machine that runs in two places, and writes the decision into the vault's events.
 * @throws Refusal BothRunningChoiceNotPossible, ReasonRequired, ProtectedItemBusy; Fault of the site or the region
 */
export async function resolveBothRunning(
  context: OperationContext,
  item: ProtectedItem,
  choice: BothRunningChoice,
  reason: string,
): Promise<ProtectedItem> {
  const alert = bothRunningOf(item);
  const why = whyNotChoose(item, choice);
  if (alert === null || why !== null) throw notPossible(item, why ?? "");
  const holder = await holderOf(context, item);
  if (holder) throw notPossible(item, `The job '${holder.friendlyName}' is working on the machine.`);
  const done = await act(context, item, choice, reason);
  const changed = await changeItem(context, item.id, (now) => ({
    evidence: withBothRunning(now, after(context, alert, choice, reason)),
  }));
  const description = `${item.machineName} ran in two places: ${done}${reason === "" ? "" : ` Reason: ${reason}`}`;
  const { vaultId, machineName: affectedObject } = item;
  await recordEvent(context, {
    vaultId,
    type: "VmHealth",
    severity: "Warning",
    description,
    affectedObject,
    jobId: null,
  });
  return changed;
}

function after(
  context: OperationContext,
  alert: BothRunning,
  choice: BothRunningChoice,
  reason: string,
): BothRunning | null {
  return choice === "LeaveBoth" ? { ...alert, left: { at: context.clock.now().toISOString(), reason } } : null;
}

async function act(
  context: OperationContext,
  item: ProtectedItem,
  choice: BothRunningChoice,
  reason: string,
): Promise<string> {
  switch (choice) {
    case "ShutDownSource": {
      const { providerId, machineId } = placeOf(item);
      await stopSource(context, { ...item, providerId, machineId }, AbortSignal.timeout(SHUTDOWN_MS));
      return "the on-premises machine was shut down.";
    }
    case "StopReplica": {
      const replica = await runningReplica(context, item);
      if (replica) await stopDeployed(context, item, replica);
      return "the machine in Azure was shut down.";
    }
    case "LeaveBoth":
      if (reason.trim() === "") throw reasonRequired();
      return "both were left running.";
  }
}

function notPossible(item: ProtectedItem, why: string): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "BothRunningChoiceNotPossible",
      message: `This cannot be done about ${item.machineName} now: ${why}`,
      possibleCauses: why,
      recommendedAction: "Look at the machine's page again: it shows what is open now.",
    },
    item.name,
  );
}

function reasonRequired(): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "ReasonRequired",
      message: "To leave both machines running a reason is required.",
      possibleCauses: "The property 'properties.reason' is missing or empty.",
      recommendedAction: "Say why both are to run; it is kept with the vault's events.",
    },
    "properties.reason",
  );
}
