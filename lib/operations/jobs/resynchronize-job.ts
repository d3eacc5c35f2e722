import type { ResynchronizationResult } from "@/lib/domain/resynchronization";
import { isFailedOver } from "@/lib/domain/protection-state";
import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { FailoverStep } from "../failover/failover-run";
import { RESYNCHRONIZATION_SCENARIO } from "../resynchronization/resynchronization-job-of";

const POLL_MS = 500;

/**
 * Follows a resynchronization by what the host reports until the flag is down. Holds nothing: a failover need not wait. The
 * host does the work and begins again by itself after a kill of either side; the job is where people see it.
 */
export const resynchronizeJob: JobDefinition<OperationContext> = {
  scenarioName: RESYNCHRONIZATION_SCENARIO,
  friendlyName: "Resynchronize the virtual machine",
  steps: (input) => [
    {
      name: "CompareAndSend",
      friendlyName: "Compare with the last recovery point and send what differs",
      taskType: "Resynchronize",
      run: (step) => untilSynchronized(step, itemIdOf(input)),
    },
  ],
};

async function untilSynchronized(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  const { sites, clock, repositories } = step.services;
  let warnedOf = step.step.errors.at(-1)?.code ?? "";
  for (;;) {
    const item = await repositories.protectedItems.get(itemId);
    if (!item || item.state === "DisablingProtection") throw givenUp("its protection was disabled");
    if (isFailedOver(item)) throw givenUp("the machine failed over, so that its source is not replicated any more");
    const { flag, last } = await repositories.resynchronizations.get(itemId);
    if (flag === null) return { details: figures(last) };
    const progress = sites.progress(itemId);
    if (progress?.phase === "resync" && progress.bytesTotal > 0) {
      step.progress(progress.bytesDone, progress.bytesTotal);
      step.report({ bytesCompared: progress.bytesDone, bytesSent: progress.sentBytes ?? 0 });
    }
    if (progress?.error && progress.error.code !== warnedOf) {
      warnedOf = progress.error.code;
      await step.warnNow(progress.error);
    }
    await clock.sleep(POLL_MS, step.signal);
  }
}

function figures(last: ResynchronizationResult | null): Record<string, unknown> {
  if (last === null) return {};
  const { recoveryPointAt, bytesCompared, bytesDifferent, bytesSent, bytesKept } = last;
  return { recoveryPointAt, bytesCompared, bytesDifferent, bytesSent, bytesNotComparedAgain: bytesKept };
}

function givenUp(why: string): Fault {
  return new Fault({
    code: "ResynchronizationGivenUp",
    message: `The resynchronization was given up: ${why}.`,
    possibleCauses: "Somebody disabled protection or failed the machine over while it ran.",
    recommendedAction: "Nothing. The recovery points that were there before are not touched by it.",
  });
}

function itemIdOf(input: Job["input"]): string {
  return String(input["itemId"]);
}
