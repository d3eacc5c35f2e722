import type { RecoveryPoint } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { changeItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import type { FailoverStep } from "../failover/failover-run";
import { FINALIZE_SCENARIO } from "../finalize-protection";

const POLL_MS = 500;

/** Waits for initial replication, by what the host reports, and makes the machine Protected. Holds nothing while it waits. */
export const finalizeProtectionJob: JobDefinition<OperationContext> = {
  scenarioName: FINALIZE_SCENARIO,
  friendlyName: "Finalize protection on the virtual machine",
  steps: (input) => [
    {
      name: "InitialReplication",
      friendlyName: "Initial replication",
      taskType: "InitialReplication",
      run: (step) => awaitFirstPoint(step, itemIdOf(input)),
    },
    {
      name: "FinalizeProtection",
      friendlyName: "Finalize protection on the virtual machine",
      taskType: "FinalizeProtection",
      run: (step) => finalize(step, itemIdOf(input)),
    },
  ],
};

async function awaitFirstPoint(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  const { sites, clock, repositories } = step.services;
  let warnedOf = step.step.errors.at(-1)?.code ?? "";
  for (;;) {
    const item = await repositories.protectedItems.get(itemId);
    if (!item || item.state === "DisablingProtection") throw disabled();
    const point = await repositories.recoveryPoints.newest(itemId);
    if (point) return { details: figures(point) };
    const progress = sites.progress(itemId);
    if (progress && progress.bytesTotal > 0) step.progress(progress.bytesDone, progress.bytesTotal);
    if (progress?.error && progress.error.code !== warnedOf) {
      warnedOf = progress.error.code;
      await step.warnNow(progress.error);
    }
    await clock.sleep(POLL_MS, step.signal);
  }
}

async function finalize(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  const item = await changeItem(step.services, itemId, (now) =>
    now.state === "UnprotectedStatesBegin" ? { state: "Protected", replicationError: null } : null,
  );
  return { details: { protectionState: item.state } };
}

function figures(point: RecoveryPoint): Record<string, unknown> {
  const { at, sourceBytesRead, changedBytes, storedBytes } = point;
  return { recoveryPoint: point.id, cutAt: at, sourceBytesRead, changedBytes, storedBytes };
}

function disabled(): Fault {
  return new Fault({
    code: "ProtectionDisabled",
    message: "Protection of the machine was disabled while its initial replication ran.",
    possibleCauses: "Somebody disabled protection.",
    recommendedAction: "Nothing. Protect the machine again when it is needed.",
  });
}

function itemIdOf(input: Job["input"]): string {
  return String(input["itemId"]);
}
