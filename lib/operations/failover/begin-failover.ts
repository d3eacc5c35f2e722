import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import { sameName } from "@/lib/domain/names";
import type { ProtectionState } from "@/lib/domain/protection-state";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { changeItem } from "../change-protected-item";
import { holdAgain, requireAllowed } from "../hold-protected-item";
import { siteAnswers } from "../source-machine";
import { requirePoint } from "./choose-recovery-point";
import { ALREADY_OVER, itemOf, purposeOf, replicaName, type FailoverRun, type FailoverStep } from "./failover-run";
import { removeDeployed, vaultOf } from "./replica";
import { sizeProblem } from "./size-problem";

const INITIATED = {
  PlannedFailover: "PlannedFailoverInitiated",
  UnplannedFailover: "UnplannedFailoverInitiated",
} as const satisfies Record<string, ProtectionState>;

/** Checks everything that can be known before anything is touched, then marks the item as failing over. */
export async function beginFailover(step: FailoverStep, run: FailoverRun): Promise<StepOutcome> {
  const { item, isSwitched } = await itemOf(step, run);
  if (isSwitched) return ALREADY_OVER;
  await holdAgain(step.services, item.id, step.job.id);
  if (!hasBegun(item, run)) await requireAllowed(step.services, item, run.kind, step.job.id);
  const vault = await vaultOf(step.services, item);
  await requireUnlocked(step, vault);
  await requirePoint(step.services, item, run.point);
  await requireSize(step, item);
  const network = await checkNetwork(step, run, vault, item);
  await removeLeftovers(step, run, item);
  const name = await checkName(step, run, item);
  if (run.kind === "PlannedFailover") await requireSite(step, item);
  await changeItem(step.services, item.id, (now) => {
    if (hasBegun(now, run)) return null;
    return run.kind === "TestFailover" ? { testFailoverState: "Running" } : { state: INITIATED[run.kind] };
  });
  return { details: { replicaName: name, network: network ?? "not connected" } };
}

/** The item stands as before. An unplanned failover's end is for the end of the job to say: it depends on why. */
export async function undoBegin(step: FailoverStep, run: FailoverRun): Promise<void> {
  await changeItem(step.services, run.itemId, (item) => {
    if (run.kind === "TestFailover") return item.testFailoverState === "Running" ? { testFailoverState: "None" } : null;
    return item.state === "PlannedFailoverInitiated" ? { state: "Protected" } : null;
  });
}

function hasBegun(item: ProtectedItem, run: FailoverRun): boolean {
  if (run.kind === "TestFailover") return item.testFailoverState === "Running";
  return item.state === INITIATED[run.kind];
}

/** @throws Fault VaultLocked */
export async function requireUnlocked(step: FailoverStep, vault: Vault): Promise<void> {
  if (await step.services.vaultData.isUnlocked(vault)) return;
  throw new Fault({
    code: "VaultLocked",
    message: `The vault ${vault.name} is locked.`,
    possibleCauses: "Somebody locked it, or the home folder was restored without its keys.",
    recommendedAction: "Unlock the vault on its Dashboard with the passphrase, then restart the job.",
  });
}

async function requireSize(step: FailoverStep, item: ProtectedItem): Promise<void> {
  const problem = await sizeProblem(step.services, item);
  if (problem) throw new Fault(problem);
}

async function checkNetwork(
  step: FailoverStep,
  run: FailoverRun,
  vault: Vault,
  item: ProtectedItem,
): Promise<string | null> {
  if (run.networkName === null) return null;
  const network = await step.services.repositories.virtualNetworks.find(vault, run.networkName);
  if (!network) {
    throw new Fault({
      code: "NetworkNotFound",
      message: `The virtual network ${run.networkName} for ${item.machineName} does not exist.`,
      possibleCauses: "The network was deleted after it had been chosen.",
      recommendedAction: "Create the network again, or choose another one for the machine.",
    });
  }
  if (run.kind === "TestFailover" && !network.isolated) {
    step.warn({
      code: "TestNetworkNotIsolated",
      message: `The network ${network.name} is not isolated: the test machine may be taken for ${item.machineName} itself.`,
      possibleCauses: "A production network was chosen for a test.",
      recommendedAction: "Use an isolated network for tests, or make sure that names and addresses do not collide.",
    });
  }
  return network.name;
}

/** An earlier attempt may have left a replica that its undoing could not remove; it carries our mark and belongs to nobody. */
async function removeLeftovers(step: FailoverStep, run: FailoverRun, item: ProtectedItem): Promise<void> {
  const machines = await step.services.repositories.deployedMachines.listByItem(item.id);
  for (const machine of machines) {
    if (machine.purpose === purposeOf(run) && machine.jobId !== step.job.id) {
      await removeDeployed(step.services, item, machine);
    }
  }
}

async function checkName(step: FailoverStep, run: FailoverRun, item: ProtectedItem): Promise<string> {
  const name = replicaName(item, run);
  const vault = await vaultOf(step.services, item);
  const machines = await step.services.repositories.deployedMachines.listByScope(vault);
  const taken = machines.find((machine) => sameName(machine.name, name) && machine.protectedItemId !== item.id);
  if (!taken) return name;
  throw new Fault({
    code: "TargetNameTaken",
    message: `A virtual machine named ${name} exists in the resource group ${vault.resourceGroup} already; it is not of ${item.machineName}.`,
    possibleCauses: "Another protected machine has the same target name and has been failed over.",
    recommendedAction: "Give one of the machines another target name, then restart the job.",
  });
}

async function requireSite(step: FailoverStep, item: ProtectedItem): Promise<void> {
  if (await siteAnswers(step.services, item, step.signal)) return;
  throw new Fault({
    code: "SiteNotConnected",
    message: `The site of ${item.machineName} does not answer, so its machine cannot be shut down and its last data cannot be sent.`,
    possibleCauses: "The host, its agent or the connection is down.",
    recommendedAction: "Bring the site back and restart the job, or use an unplanned failover, which works without it.",
  });
}
