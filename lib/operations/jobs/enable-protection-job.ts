import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { changeItem, requireItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { requireEligible } from "../enable-protection";
import type { FailoverStep } from "../failover/failover-run";
import { vaultOf } from "../failover/replica";
import { ensureFinalizeJob } from "../finalize-protection";
import { holdAgain, releaseItem } from "../hold-protected-item";
import { siteAnswers, sourceOf } from "../source-machine";

const STARTED_TIMEOUT_MS = 60_000;
const POLL_MS = 250;

/** Ends when the host has begun to replicate (asr reference 8); initial replication has a job of its own after it. */
export const enableProtectionJob: JobDefinition<OperationContext> = {
  scenarioName: "EnableDr",
  friendlyName: "Enable protection",
  steps: (input) => [
    {
      name: "EnableDrPrerequisitesCheck",
      friendlyName: "Prerequisites check for enabling protection",
      taskType: "EnableDrPreflightChecksTask",
      run: (step) => check(step, itemIdOf(input)),
    },
    {
      name: "CreateReplicationRelationship",
      friendlyName: "Create the replication relationship",
      taskType: "CreateReplicationRelationship",
      run: (step) => relate(step, itemIdOf(input)),
    },
    {
      name: "StartReplication",
      friendlyName: "Start replication",
      taskType: "StartReplication",
      run: (step) => awaitStart(step, itemIdOf(input)),
    },
  ],
  beforeRestart: (context, job) => holdAgain(context, itemIdOf(job.input), job.id),
  async settle(context, job, outcome) {
    const item = await context.repositories.protectedItems.get(itemIdOf(job.input));
    if (!item || item.heldByJobId !== job.id) return;
    if (outcome.state === "Succeeded") await ensureFinalizeJob(context, item);
    const error = outcome.errors.find((candidate) => candidate.severity === "Error");
    if (error && outcome.state === "Failed") {
      const { code, message, possibleCauses, recommendedAction } = error;
      const replicationError = { code, message, possibleCauses, recommendedAction };
      await changeItem(context, item.id, () => ({ replicationError }));
    }
    await releaseItem(context, item.id, job.id);
  },
};

async function check(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  const { services: context } = step;
  await holdAgain(context, itemId, step.job.id);
  const item = await requireItem(context, itemId);
  const vault = await vaultOf(context, item);
  if (!(await siteAnswers(context, item, step.signal))) throw siteSilent(item.machineName);
  const { machine } = await sourceOf(context, item);
  if (!machine) throw machineGone(item.machineName);
  requireEligible(machine, item.target.machineName);
  if (!(await context.vaultData.isUnlocked(vault))) throw noPassphrase(vault.name);
  return { details: { disks: item.diskIds.length, targetName: item.target.machineName, size: item.target.size } };
}

/** From here on the item is part of what its host is told to replicate. */
async function relate(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  await changeItem(step.services, itemId, (item) => ({
    evidence: { ...item.evidence, replicating: true },
    replicationError: null,
  }));
  return "done";
}

/** Started means that the host has said so, by its figures or by a first point. */
async function awaitStart(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  const { sites, clock, repositories } = step.services;
  const until = clock.monotonicMs() + STARTED_TIMEOUT_MS;
  for (;;) {
    const item = await requireItem(step.services, itemId);
    const progress = sites.progress(itemId);
    if (progress !== null || (await repositories.recoveryPoints.newest(itemId)) !== null) {
      return { details: { phase: progress?.phase ?? "first point arrived" } };
    }
    if (clock.monotonicMs() >= until) throw notStarted(item.machineName);
    await clock.sleep(POLL_MS, step.signal);
  }
}

function itemIdOf(input: Job["input"]): string {
  return String(input["itemId"]);
}

function siteSilent(machineName: string): Fault {
  return new Fault({
    code: "SiteNotConnected",
    message: `The host of ${machineName} does not answer.`,
    possibleCauses: "The host, its agent or the connection is down.",
    recommendedAction: "Bring the host back and restart the job.",
  });
}

function machineGone(machineName: string): Fault {
  return new Fault({
    code: "SourceMachineGone",
    message: `The host no longer has the machine ${machineName}.`,
    possibleCauses: "The machine was removed or moved to another host.",
    recommendedAction: "Bring the machine back and restart the job, or disable its protection.",
  });
}

function noPassphrase(vaultName: string): Fault {
  return new Fault({
    code: "VaultLocked",
    message: `The vault ${vaultName} has no keys here: its passphrase was not chosen, or its key file is missing.`,
    possibleCauses: "The step 'choose the passphrase' of Quick Start was left out, or the home folder is incomplete.",
    recommendedAction: "Choose the passphrase on the vault's Quick Start page, then restart the job.",
  });
}

function notStarted(machineName: string): Fault {
  return new Fault({
    code: "ReplicationNotStarted",
    message: `The host has not started to replicate ${machineName} within ${STARTED_TIMEOUT_MS / 1000} s.`,
    possibleCauses: "The MARS agent on the host is not running, or is busy with another machine's initial replication.",
    recommendedAction: "Check the host under Servers, then restart the job.",
  });
}
