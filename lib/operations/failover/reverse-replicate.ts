import type { RecoveryPoint } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { changeItem, requireItem } from "../change-protected-item";
import { holdAgain, requireAllowed } from "../hold-protected-item";
import { siteAnswers } from "../source-machine";
import type { FailoverStep } from "./failover-run";

export interface ReverseRun {
  readonly itemId: string;
}

const POLL_MS = 500;
const lastPointKey = (run: ReverseRun) => `reverse last point:${run.itemId}`;

export async function checkReverse(step: FailoverStep, run: ReverseRun): Promise<StepOutcome> {
  const { services: context } = step;
  await holdAgain(context, run.itemId, step.job.id);
  const item = await requireItem(context, run.itemId);
  if (item.state === "Protected") return ALREADY_PROTECTED;
  await requireAllowed(context, item, "ReverseReplicate", step.job.id);
  if (!(await siteAnswers(context, item, step.signal))) {
    throw new Fault({
      code: "SiteNotConnected",
      message: `The site of ${item.machineName} does not answer, so nothing can be replicated from it.`,
      possibleCauses: "The host, its agent or the connection is down.",
      recommendedAction: "Bring the site back and restart the job.",
    });
  }
  const last = await context.repositories.recoveryPoints.newest(item.id);
  await step.checkpoint({ [lastPointKey(run)]: last?.id ?? null });
  return { details: { goesOnFrom: last?.id ?? null, cutAt: last?.at ?? null, cutInAzure: last?.fromReplica === true } };
}

/** From the host's next heartbeat on it replicates again, from the point that its disks were made equal to. */
export async function initiateReverse(step: FailoverStep, run: ReverseRun): Promise<StepOutcome> {
  const item = await changeItem(step.services, run.itemId, (now) =>
    now.state === "Protected" || now.state === "ReprotectInitiated" ? null : { state: "ReprotectInitiated" },
  );
  return { details: { direction: "on-premises to Azure", host: item.providerId } };
}

export async function undoInitiateReverse(step: FailoverStep, run: ReverseRun): Promise<void> {
  await changeItem(step.services, run.itemId, (now) =>
    now.state === "ReprotectInitiated" ? { state: "PlannedFailoverStatesBegin" } : null,
  );
}

/** The point that arrives is the proof that replication goes on; its figures tell that only differences travelled. */
export async function awaitReversePoint(step: FailoverStep, run: ReverseRun): Promise<StepOutcome> {
  const { sites, clock, repositories } = step.services;
  let warnedOf = step.step.errors.at(-1)?.code ?? "";
  for (;;) {
    const point = await repositories.recoveryPoints.newest(run.itemId);
    if (point && point.id !== step.memory[lastPointKey(run)]) return { details: figures(point) };
    const progress = sites.progress(run.itemId);
    if (progress && progress.bytesTotal > 0) step.progress(progress.bytesDone, progress.bytesTotal);
    if (progress?.error && progress.error.code !== warnedOf) {
      warnedOf = progress.error.code;
      await step.warnNow(progress.error);
    }
    await clock.sleep(POLL_MS, step.signal);
  }
}

export async function finishReverse(step: FailoverStep, run: ReverseRun): Promise<StepOutcome> {
  const item = await changeItem(step.services, run.itemId, (now) =>
    now.state === "ReprotectInitiated" ? { state: "Protected", replicationError: null } : null,
  );
  return { details: { protectionState: item.state } };
}

const ALREADY_PROTECTED = { skip: "The machine is protected already." } as const;

function figures(point: RecoveryPoint): Record<string, unknown> {
  const { at, sourceBytesRead, changedBytes, storedBytes } = point;
  return { recoveryPoint: point.id, cutAt: at, sourceBytesRead, changedBytes, storedBytes };
}
