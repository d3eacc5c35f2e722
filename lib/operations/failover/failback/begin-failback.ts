import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import type { ProtectionState } from "@/lib/domain/protection-state";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { changeItem } from "../../change-protected-item";
import { holdAgain, requireAllowed } from "../../hold-protected-item";
import { recordRun } from "../../run-evidence";
import { siteAnswers } from "../../source-machine";
import { requireUnlocked } from "../begin-failover";
import type { FailoverStep } from "../failover-run";
import { vaultOf } from "../replica";
import { baseOf } from "./capture-replica";
import { ALREADY_BACK, failbackItemOf, failbackKey, requireReplica, type FailbackRun } from "./failback-run";
import { findFailbackTarget, withPlace, type FailbackTarget } from "./failback-target";

/** Checks everything that can be known before anything is touched, then marks the item as coming back. */
export async function beginFailback(step: FailoverStep, run: FailbackRun): Promise<StepOutcome> {
  const { services: context } = step;
  const { item, isSwitched } = await failbackItemOf(step, run);
  if (isSwitched) return ALREADY_BACK;
  await holdAgain(context, item.id, step.job.id);
  await requireAllowed(context, item, "Failback", step.job.id);
  await requireUnlocked(step, await vaultOf(context, item));
  const replica = await requireReplica(context, item);
  requireWholeDisks(item, replica);
  const base = await baseOf(context, item);
  const target = await findFailbackTarget(context, item, run, base.disks);
  if (!(await siteAnswers(context, target, step.signal))) throw hostSilent(item, target);
  requireOff(item, target);
  await step.checkpoint({ [failbackKey("before", run)]: stateBefore(step, run, item) });
  await recordRun(
    context,
    item.id,
    { jobId: step.job.id, kind: "Failback" },
    {
      startedAt: step.job.startedAt ?? context.clock.now().toISOString(),
      machineId: replica.id,
      machineName: replica.name,
      failback: { hostName: target.provider.hostName, created: target.machine === null, synchronizations: [] },
    },
  );
  await changeItem(context, item.id, (now) => ({
    state: "PlannedFailoverInitiated",
    evidence: withPlace(now, target.isMove ? target : null),
  }));
  return {
    details: {
      host: target.provider.hostName,
      machine: target.machine === null ? "is made there" : "is there, and off",
      dataSynchronization: run.dataSyncOption,
    },
  };
}

/** The item stands as before; one that says that its failback failed goes on saying so. */
export async function undoBeginFailback(step: FailoverStep, run: FailbackRun): Promise<void> {
  const before = step.memory[failbackKey("before", run)] as ProtectionState | undefined;
  await changeItem(step.services, run.itemId, (item) => {
    if (item.activeLocation === "Primary" || item.state !== "PlannedFailoverInitiated") return null;
    return { state: before ?? "PlannedFailoverStatesBegin", evidence: withPlace(item, null) };
  });
}

function stateBefore(step: FailoverStep, run: FailbackRun, item: ProtectedItem): ProtectionState {
  const known = step.memory[failbackKey("before", run)] as ProtectionState | undefined;
  if (known !== undefined) return known;
  return item.state === "UnplannedFailoverStatesBegin" ? item.state : "PlannedFailoverStatesBegin";
}

function requireWholeDisks(item: ProtectedItem, replica: DeployedMachine): void {
  if (!replica.disks.some((disk) => disk.onDemand === true)) return;
  throw new Fault({
    code: "DisksNotComplete",
    message: `${replica.name} was started instantly and its disks are not complete yet; what it wrote cannot be brought back before.`,
    possibleCauses: "They are being completed behind the running machine.",
    recommendedAction: `Wait until the page of the virtual machine says that its disks are complete, then fail ${item.machineName} back.`,
  });
}

/** The fence of the way back: a source that runs would be overwritten under its own feet, and be the second of one machine. */
function requireOff(item: ProtectedItem, { machine, provider }: FailbackTarget): void {
  if (machine === null || machine.power === "off") return;
  throw new Fault({
    code: "SourceNotOff",
    message: `${item.machineName} is ${machine.power} at the host ${provider.hostName}; its disks cannot be written.`,
    possibleCauses: "The site came back after the failover and its host started the machine, or somebody did.",
    recommendedAction:
      "Shut the machine down at its host, then start the failback again. What it wrote there is replaced.",
  });
}

function hostSilent(item: ProtectedItem, { provider }: FailbackTarget): Fault {
  return new Fault({
    code: "SiteNotConnected",
    message: `The host ${provider.hostName} does not answer, so ${item.machineName} cannot be brought back to it.`,
    possibleCauses: "The host, its agent or the connection is down.",
    recommendedAction: "Bring the host back and restart the job, or choose another host.",
  });
}
