import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { announce } from "../../announce";
import { changeItem } from "../../change-protected-item";
import type { OperationContext } from "../../context";
import type { FailoverStep } from "../failover-run";
import { runReplicaAgain } from "../run-replica-again";
import { ALREADY_BACK, failbackItemOf, failbackKey, requireReplica, type FailbackRun } from "./failback-run";

/** The machine in Azure is off when this is done. What it had confirmed is written down first. */
export async function stopReplica(step: FailoverStep, run: FailbackRun): Promise<StepOutcome> {
  const { item, isSwitched } = await failbackItemOf(step, run);
  if (isSwitched) return ALREADY_BACK;
  const machine = await requireReplica(step.services, item);
  const seen = await step.services.region.get(machine.id);
  const known = step.memory[failbackKey("ordersAtStop", run)];
  const ordersAtStop = typeof known === "number" ? known : (seen?.orders?.count ?? null);
  const wasRunning = machine.state === "Running" || (seen !== null && seen.power !== "off");
  // Before the machine is stopped: whoever undoes this must know that it may be off.
  await step.checkpoint({
    [failbackKey("stopped", run)]: wasRunning,
    [failbackKey("ordersAtStop", run)]: ordersAtStop,
  });
  await stopDeployed(step.services, item, machine);
  return { details: { machine: machine.name, power: "off", ordersLastSeen: ordersAtStop } };
}

/** Runs it again, unless the source may run: two of one machine are worse than none. */
export async function undoStopReplica(step: FailoverStep, run: FailbackRun): Promise<void> {
  const { item, isSwitched } = await failbackItemOf(step, run);
  if (isSwitched || step.memory[failbackKey("stopped", run)] !== true) return;
  try {
    if (step.memory[failbackKey("started", run)] === true) throw sourceMayRun(item);
    await runReplicaAgain(step, item, await requireReplica(step.services, item));
  } catch (error) {
    await changeItem(step.services, item.id, () => ({ state: "PlannedFailoverFailed" }));
    throw error;
  }
  await step.checkpoint({ [failbackKey("stopped", run)]: false, [failbackKey("ordersAtStop", run)]: null });
}

/** Off by looking, not by having been told. @throws Fault ReplicaStillRuns */
export async function stopDeployed(
  context: OperationContext,
  item: Pick<ProtectedItem, "machineName">,
  machine: DeployedMachine,
): Promise<void> {
  // The region does not know a machine that was verified and never booted.
  if ((await context.region.get(machine.id)) !== null) await context.region.stop(machine.id);
  const now = await context.region.get(machine.id);
  if (now !== null && now.power !== "off") throw stillRuns(item, machine, now.power);
  if (machine.state === "Running") {
    await context.repositories.deployedMachines.update(machine.id, { state: "Stopped" });
    announce(context, machine.vaultId, "virtualMachines", machine.name);
  }
}

function stillRuns(item: Pick<ProtectedItem, "machineName">, machine: DeployedMachine, power: string): Fault {
  return new Fault({
    code: "ReplicaStillRuns",
    message: `${machine.name} was told to shut down in Azure but is ${power}; ${item.machineName} is not started at its site beside it.`,
    possibleCauses: "The guest did not shut down, or the region's compute could not stop it.",
    recommendedAction: "Restart the job; look at the virtual machine's console when it happens again.",
  });
}

function sourceMayRun(item: ProtectedItem): Fault {
  return new Fault({
    code: "SourceMayRun",
    message: `The machine in Azure was not started again, because it is not certain that ${item.machineName} is off at its site.`,
    possibleCauses: "The site did not answer while the failback was taken back.",
    recommendedAction:
      "Run the failback again: it first makes sure of it. Or shut the machine down at its host by hand.",
  });
}
