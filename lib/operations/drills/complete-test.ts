import type { DeployedMachine, RecoveryPlan } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { cleanUpRecoveryPlan } from "../recovery-plans/finish-recovery-plan";
import { planItems } from "../recovery-plans/plan-items";
import { cleanUpTestFailover } from "../start-failover";
import { asChildOf } from "./as-child-of";
import type { DrillRunInput } from "./drill-run-input";
import { childId, showInRun, testJobIdOf, vaultOf, type DrillStep } from "./drill-step";
import { machinesOfTest } from "./test-of-run";

/** A cleanup that somebody else has begun is waited for so long, then the drill fails and can be restarted. */
const BUSY_MS_MAX = 10 * 60_000;
const BUSY_LOOK_MS = 2_000;

export async function completeTest(step: DrillStep, input: DrillRunInput): Promise<StepOutcome> {
  const testJobId = testJobIdOf(step);
  assert(testJobId, "a drill cleans up a test that it has not run");
  await showInRun(step, input, { state: "Running", waitsFor: null, holdUntil: null });
  const removed = await completeTestOf(step, input, testJobId, "cleanup");
  return removed.length === 0 ? { skip: "A person has completed the test already." } : { details: { removed } };
}

/**
 * Cleans up what the test made and is still there: through its plan when all that waits there is ours, else machine by
 * machine, since the plan may have been changed or deleted meanwhile.
 */
export async function completeTestOf(
  step: DrillStep,
  input: DrillRunInput,
  testJobId: string,
  key: string,
): Promise<string[]> {
  const { id: vaultId } = await vaultOf(step);
  const left = () => machinesOfTest(step.services, { vaultId, testJobId });
  const before = await left();
  await cleanUpChild(step, input, key, {
    isNeeded: async () => (await planToCleanUp(step.services, input, await left())) !== null,
    start: async (context) => {
      const plan = await planToCleanUp(step.services, input, await left());
      return plan === null ? null : cleanUpRecoveryPlan(context, plan, notes(input));
    },
  });
  for (const machine of await left()) {
    await cleanUpChild(step, input, `${key} of ${machine.protectedItemId}`, {
      isNeeded: async () => (await left()).some(({ id }) => id === machine.id),
      start: async (context) => {
        const item = await step.services.repositories.protectedItems.get(machine.protectedItemId);
        // Protection was ended meanwhile: whoever ended it has removed the test, or is at it; the proof looks.
        return item === null ? null : cleanUpTestFailover(context, item, notes(input));
      },
    });
  }
  return before.map((machine) => machine.name);
}

async function planToCleanUp(
  context: OperationContext,
  input: DrillRunInput,
  machines: readonly DeployedMachine[],
): Promise<RecoveryPlan | null> {
  const plan = machines.length === 0 ? null : await context.repositories.recoveryPlans.get(input.recoveryPlanId);
  if (plan === null) return null;
  const ours = new Set(machines.map((machine) => machine.protectedItemId));
  const items = [...(await planItems(context, plan)).values()];
  const waiting = items.filter((item) => item.testFailoverState === "WaitingForCompletion");
  return waiting.length > 0 && waiting.every((item) => ours.has(item.id)) ? plan : null;
}

interface Cleanup {
  readonly isNeeded: () => Promise<boolean>;
  /** Null: there is nothing to start. */
  readonly start: (context: OperationContext) => Promise<Job | null>;
}

/** A cleanup that this step has begun before is waited for, whatever it has done by now. */
async function cleanUpChild(step: DrillStep, input: DrillRunInput, key: string, cleanup: Cleanup): Promise<void> {
  const { services, signal } = step;
  const id = await childId(step, key);
  const job = (await services.jobs.get(id)) ?? (await startWhenFree(step, id, cleanup));
  if (job === null) return;
  await showInRun(step, input, { cleanupJobId: job.id });
  const ended = await services.jobs.waitForEnd(job.id, signal);
  if (ended.state !== "Succeeded") throw cleanupFailed(ended);
}

/** Somebody else may be cleaning up: then it waits, and looks again whether anything is left to do. */
async function startWhenFree(step: DrillStep, id: string, { isNeeded, start }: Cleanup): Promise<Job | null> {
  const { clock } = step.services;
  const begunMs = clock.monotonicMs();
  while (await isNeeded()) {
    try {
      return await start(asChildOf(step.services, step.job, id));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === "RecoveryPlanOperationNotAllowed") return null;
      const isBusy = error.kind === "conflict" || error.kind === "notAllowed";
      if (!isBusy || clock.monotonicMs() - begunMs > BUSY_MS_MAX) throw error;
      await clock.sleep(BUSY_LOOK_MS, step.signal);
    }
  }
  return null;
}

const notes = (input: DrillRunInput) => `Drill ${input.drillName}: completed by the portal.`;

function cleanupFailed(job: Job): Fault {
  const error = job.errors.find(({ severity }) => severity === "Error");
  return new Fault({
    code: "DrillCleanupFailed",
    message: `The cleanup of ${job.targetName} did not succeed${error ? `: ${error.message}` : "."}`,
    possibleCauses: error?.possibleCauses ?? "A person cancelled its job.",
    recommendedAction: `${error?.recommendedAction ?? "Look at its job."} Then restart the job of the drill.`,
  });
}
