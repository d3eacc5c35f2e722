import type { ProtectedItem } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { changeItem } from "../change-protected-item";
import { siteAnswers, sourceOf, startSource, stopSource } from "../source-machine";
import { ALREADY_OVER, begunItemOf, itemOf, type FailoverRun, type FailoverStep } from "./failover-run";
import { replicaOf } from "./replica";

const stoppedAtKey = (run: FailoverRun) => `stoppedAt:${run.itemId}`;
const stoppedKey = (run: FailoverRun) => `stopped:${run.itemId}`;

/**
 * Planned: the source is off when this is done, or the failover stops. Unplanned: tried when it was asked for; a site that
 * does not answer is a warning, not a failure.
 */
export async function shutDownSource(step: FailoverStep, run: FailoverRun): Promise<StepOutcome> {
  const { item, isSwitched } = await begunItemOf(step, run);
  if (isSwitched) return ALREADY_OVER;
  if (run.kind === "TestFailover") return { skip: "A test leaves the source running." };
  if (run.kind === "PlannedFailover") return stop(step, run, item);
  if (!run.shutDownSource) return { skip: "Not asked for: the source is taken as it is." };
  if (!(await siteAnswers(step.services, item, step.signal))) return unreachable(step, item, null);
  try {
    return await stop(step, run, item);
  } catch (error) {
    step.signal.throwIfAborted();
    if (!(error instanceof Fault)) throw error;
    return unreachable(step, item, error);
  }
}

/** When the host answered that the source is off, ISO 8601; null when this job did not shut it down. */
export function stoppedAt(step: FailoverStep, run: FailoverRun): string | null {
  const at = step.memory[stoppedAtKey(run)];
  return wasStopped(step, run) && typeof at === "string" ? at : null;
}

/** Whether this job shut the source down (and nobody undid it). */
export function wasStopped(step: FailoverStep, run: FailoverRun): boolean {
  return step.memory[stoppedKey(run)] === true;
}

async function stop(step: FailoverStep, run: FailoverRun, item: ProtectedItem): Promise<StepOutcome> {
  const { machine } = await sourceOf(step.services, item);
  if (machine?.bootable === false) return { skip: "The images of this machine are not run by their site." };
  // Before the command: whoever undoes this must know that the source may be off.
  await step.checkpoint({ [stoppedKey(run)]: true });
  await stopSource(step.services, item, step.signal);
  await step.checkpoint({ [stoppedAtKey(run)]: step.services.clock.now().toISOString() });
  return { details: { power: "off", ordersLastSeen: machine?.orders?.count ?? null } };
}

/** Starts the source again, unless a replica runs: two of one machine are worse than none. */
export async function undoShutDown(step: FailoverStep, run: FailoverRun): Promise<void> {
  const { item, isSwitched } = await itemOf(step, run);
  if (isSwitched || !wasStopped(step, run)) return;
  try {
    await refuseWhileReplicaRuns(step, item);
    await startSource(step.services, item, step.signal);
  } catch (error) {
    if (run.kind === "PlannedFailover") {
      await changeItem(step.services, item.id, () => ({ state: "PlannedFailoverFailed" }));
    }
    throw error;
  }
  await step.checkpoint({ [stoppedKey(run)]: false });
}

async function refuseWhileReplicaRuns(step: FailoverStep, item: ProtectedItem): Promise<void> {
  const replica = await replicaOf(step.services, item.id, step.job.id);
  const running = replica && (await step.services.region.get(replica.id));
  if (!running || running.power === "off") return;
  throw new Fault({
    code: "ReplicaStillRuns",
    message: `${item.machineName} was not started again at its site, because its replica could not be stopped.`,
    possibleCauses: "The region's compute did not answer while the failover was taken back.",
    recommendedAction:
      "Run the failover again: it first removes what was left. Or start the machine at its host by hand.",
  });
}

function unreachable(step: FailoverStep, item: ProtectedItem, error: Fault | null): StepOutcome {
  step.warn({
    code: "SourceNotShutDown",
    message: `${item.machineName} could not be shut down: ${error?.message ?? "its site does not answer."}`,
    possibleCauses: error?.possibleCauses ?? "The site or its connection is down.",
    recommendedAction: "Make sure that the source does not come back while the replica runs.",
  });
  return { details: { reachable: false } };
}
