import type { RecoveryPlan, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { hasEnded } from "@/lib/jobs/job-states";
import { Fault } from "@/lib/kernel/fault";
import { planGone, releasePlan } from "../recovery-plans/settle-plan";
import { planItems } from "../recovery-plans/plan-items";
import { runRecoveryPlan } from "../recovery-plans/run-recovery-plan";
import { requireActiveVault } from "../require-active-vault";
import { asChildOf } from "./as-child-of";
import { completeTestOf } from "./complete-test";
import type { DrillRunInput } from "./drill-run-input";
import { childId, LOOK_MS, showInRun, testJobIdOf, testMemory, vaultOf, type DrillStep } from "./drill-step";
import { linkRecord } from "./link-record";
import { requireIsolatedNetwork } from "./require-isolated-network";
import { machinesOfTest } from "./test-of-run";

/** Starts the test failover of the plan once, and waits for its end; what it made is remembered for the proof. */
export async function runTest(step: DrillStep, input: DrillRunInput): Promise<StepOutcome> {
  const vault = await vaultOf(step);
  const id = await childId(step, "test");
  const test = (await step.services.jobs.get(id)) ?? (await startTest(step, input, vault, id));
  await step.checkpoint(testMemory(test.id));
  await showInRun(step, input, { testJobId: test.id, cleanupJobId: null });
  const ended = await waitForTest(step, input, test.id);
  await linkRecord(step.services, ended.id, input.drillId);
  if (ended.state !== "Succeeded") throw testFailed(ended);
  const machines = await machinesOfTest(step.services, { vaultId: vault.id, testJobId: ended.id });
  step.remember(testMemory(ended.id, machines));
  return { details: { testJobId: ended.id, machines: machines.map((machine) => machine.name) } };
}

async function startTest(step: DrillStep, input: DrillRunInput, vault: Vault, id: string): Promise<Job> {
  const { services } = step;
  requireActiveVault(vault);
  const plan = await services.repositories.recoveryPlans.get(input.recoveryPlanId);
  if (!plan) throw planGone();
  await requireIsolatedNetwork(services, vault, input.networkName);
  return runRecoveryPlan(asChildOf(services, step.job, id), vault, plan, {
    kind: "TestFailover",
    point: { type: input.point },
    testNetworkName: input.networkName,
    shutDownSource: false,
    useSharedPoints: input.useSharedPoints,
  });
}

/** A plan that halts at a manual action halts the drill: it waits, and says for what. */
async function waitForTest(step: DrillStep, input: DrillRunInput, testJobId: string): Promise<Job> {
  let shown: string | null = null;
  for (;;) {
    const job = await step.services.jobs.get(testJobId);
    if (job === null || hasEnded(job.state)) {
      if (shown !== null) await showInRun(step, input, { waitsFor: null });
      if (job === null) throw testGone(testJobId);
      return job;
    }
    const waitsFor = job.state === "Suspended" ? await whatItWaitsFor(step, job) : null;
    if (waitsFor !== shown) await showInRun(step, input, { waitsFor });
    if (waitsFor !== null && waitsFor !== shown) await step.warnNow(waits(waitsFor));
    shown = waitsFor;
    await step.services.clock.sleep(LOOK_MS, step.signal);
  }
}

async function whatItWaitsFor(step: DrillStep, job: Job): Promise<string> {
  const halted = (await step.services.jobs.steps(job.id)).filter(({ state }) => state === "Suspended");
  const names = halted.map(({ friendlyName }) => `"${friendlyName}"`).join(", ");
  return `The plan waits for a person: ${names === "" ? job.stateDescription : names}.`;
}

/** After a cancellation or a failure: the test is ended if it still runs, and what it made goes. Nothing of others is touched. */
export async function takeBackTest(step: DrillStep, input: DrillRunInput): Promise<void> {
  const { jobs, repositories } = step.services;
  const id = await childId(step, "test");
  const test = await jobs.get(id);
  if (test === null) return releaseUnstarted(step, await repositories.recoveryPlans.get(input.recoveryPlanId), id);
  if (!hasEnded(test.state)) {
    if (jobs.allowedActions(test, await jobs.steps(id)).includes("Cancel")) await jobs.cancel(id);
    await jobs.waitForEnd(id, step.signal);
  }
  await linkRecord(step.services, id, input.drillId);
  await completeTestOf(step, input, testJobIdOf(step) ?? id, "taken back");
}

/** Killed between taking hold of the plan and making its job: the hold is ours, and nobody will come for it. */
async function releaseUnstarted(step: DrillStep, plan: RecoveryPlan | null, id: string): Promise<void> {
  if (plan === null) return;
  for (const itemId of (await planItems(step.services, plan)).keys()) {
    await step.services.repositories.protectedItems.release(itemId, id);
  }
  await releasePlan(step.services, plan.id, id);
}

function waits(waitsFor: string) {
  return {
    code: "DrillWaitsForPerson",
    message: waitsFor,
    possibleCauses: "The recovery plan has a manual action that is part of a test failover.",
    recommendedAction: "Do what it says and complete it in the job of the test failover; the drill then goes on.",
  };
}

function testFailed(job: Job): Fault {
  const error = job.errors.find(({ severity }) => severity === "Error");
  const outcome = job.state === "Cancelled" ? "was cancelled" : "failed";
  return new Fault({
    code: "DrillTestFailed",
    message: `The test failover of ${job.targetName} ${outcome}${error ? `: ${error.message}` : "."}`,
    possibleCauses: error?.possibleCauses ?? "A person cancelled its job.",
    recommendedAction: error?.recommendedAction ?? "Run the drill again.",
  });
}

function testGone(jobId: string): Fault {
  return new Fault({
    code: "DrillTestGone",
    message: `The job of the test failover, ${jobId}, does not exist any more.`,
    possibleCauses: "The database was restored from a copy that is older than the job.",
    recommendedAction: "Look whether test machines are left under Virtual machines, then run the drill again.",
  });
}
