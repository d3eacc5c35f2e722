import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../../context";
import type { SiteCommand, SiteCommandResult, SynchronizedDisk } from "../../ports/site-gateway";
import {
  recordRun,
  runOf,
  type DiskEvidence,
  type FailbackEvidence,
  type SynchronizationEvidence,
} from "../../run-evidence";
import { sourceOf } from "../../source-machine";
import type { FailoverStep } from "../failover-run";
import { capturedPoint, type CaptureMoment } from "./capture-replica";
import { ALREADY_BACK, failbackItemOf, type FailbackRun } from "./failback-run";
import { findFailbackTarget, machineToCreate, type FailbackTarget } from "./failback-target";

const FETCH_TIMEOUT_MS = 30_000;
const POLL_MS = 250;

/**
 * Makes the disks at the site what the captured point holds. The site compares by hash and fetches only what differs; each
 * disk is read back, and its root must be the point's. Repeatable: it compares again.
 *
 * @throws Fault FailbackNotIdentical, and those of the site
 */
export async function synchronizeSite(
  step: FailoverStep,
  run: FailbackRun,
  moment: CaptureMoment,
): Promise<StepOutcome> {
  const { services: context } = step;
  const { item, isSwitched } = await failbackItemOf(step, run);
  if (isSwitched) return ALREADY_BACK;
  const point = await capturedPoint(step, run, item, moment);
  const target = await findFailbackTarget(context, item, { ...run, createMachine: true }, point.disks);
  const startedMs = context.clock.monotonicMs();
  const command = {
    type: "synchronizeBack",
    machineId: target.machineId,
    protectedItemId: item.id,
    pointObjectName: point.objectName,
    createMachine: run.createMachine ? await machineToCreate(context, item, target, point.disks) : null,
  } as const;
  const { synchronizedBack = [] } = await withProgress(step, target, command);
  const seconds = (context.clock.monotonicMs() - startedMs) / 1000;
  const found = summaryOf(moment, point, synchronizedBack, seconds);
  await record(step, item, point, target, synchronizedBack, found);
  requireIdentical(item, point, synchronizedBack);
  return { details: { host: target.provider.hostName, ...found } };
}

/** What has been written at the site stays; its host does not start the machine before a synchronization has ended whole. */
export async function undoSynchronizeSite(step: FailoverStep, run: FailbackRun): Promise<void> {
  const { item, isSwitched } = await failbackItemOf(step, run);
  if (isSwitched) return;
  await step.warnNow({
    code: "SiteDisksHalfBack",
    message: `The disks of ${item.machineName} at its site are partly what they were and partly what came back from Azure; its host does not start it.`,
    possibleCauses: "The failback ended after the data synchronization had begun.",
    recommendedAction: "Run the failback again: it goes on from what is there.",
  });
}

async function withProgress(
  step: FailoverStep,
  target: FailbackTarget,
  command: Extract<SiteCommand, { type: "synchronizeBack" }>,
): Promise<SiteCommandResult> {
  const { sites } = step.services;
  const ended = new AbortController();
  const watching = watch(step.services, command.protectedItemId, step, AbortSignal.any([ended.signal, step.signal]));
  try {
    return await sites.command(target.providerId, command, { timeoutMs: FETCH_TIMEOUT_MS, signal: step.signal });
  } finally {
    ended.abort();
    await watching;
  }
}

/** What the host reports of bytes compared and fetched, until it is told to stop looking. */
async function watch(
  context: OperationContext,
  itemId: string,
  step: FailoverStep,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const seen = context.sites.progress(itemId);
    if (seen?.phase === "synchronizingBack" && seen.bytesTotal > 0) step.progress(seen.bytesDone, seen.bytesTotal);
    await context.clock.sleep(POLL_MS, signal).catch(() => undefined);
  }
}

function summaryOf(
  moment: CaptureMoment,
  point: RecoveryPoint,
  disks: readonly SynchronizedDisk[],
  seconds: number,
): SynchronizationEvidence {
  const sum = (pick: (disk: SynchronizedDisk) => number) => disks.reduce((all, disk) => all + pick(disk), 0);
  return {
    moment,
    recoveryPointId: point.id,
    bytesCaptured: point.storedBytes,
    bytesCompared: sum((disk) => disk.bytesCompared),
    bytesReceived: sum((disk) => disk.bytesReceived),
    bytesWritten: sum((disk) => disk.bytesWritten),
    bytesSaved: sum((disk) => disk.bytesSaved),
    seconds,
  };
}

async function record(
  step: FailoverStep,
  item: ProtectedItem,
  point: RecoveryPoint,
  target: FailbackTarget,
  disks: readonly SynchronizedDisk[],
  found: SynchronizationEvidence,
): Promise<void> {
  const { services: context } = step;
  const run = { jobId: step.job.id, kind: "Failback" } as const;
  const { machine: source } = await sourceOf(context, item);
  const known = runOf(item, step.job.id)?.failback;
  const failback: FailbackEvidence = {
    hostName: target.provider.hostName,
    created: known?.created ?? false,
    synchronizations: [...(known?.synchronizations ?? []).filter(({ moment }) => moment !== found.moment), found],
  };
  const evidence = point.disks.map(({ diskId, root }): DiskEvidence => {
    const back = disks.find((disk) => disk.diskId === diskId);
    return {
      diskId,
      name: source?.disks.find((disk) => disk.id === diskId)?.name ?? diskId,
      pointRoot: root,
      restoredRoot: back?.root ?? null,
      identical: back?.root === root,
      bytesWritten: back?.bytesWritten ?? 0,
      // All data of the disk was read back for its root: what was equal and what was written.
      bytesVerified: back ? back.bytesSaved + back.bytesWritten : 0,
      seconds: found.seconds,
    };
  });
  await recordRun(context, item.id, run, { disks: evidence, failback });
}

function requireIdentical(item: ProtectedItem, point: RecoveryPoint, disks: readonly SynchronizedDisk[]): void {
  const wrong = point.disks.find(({ diskId, root }) => disks.find((disk) => disk.diskId === diskId)?.root !== root);
  if (!wrong) return;
  const found = disks.find((disk) => disk.diskId === wrong.diskId)?.root ?? "unknown";
  throw new Fault({
    code: "FailbackNotIdentical",
    message: `The disk ${wrong.diskId} of ${item.machineName} at the site is not identical with what was captured in Azure: root ${found} instead of ${wrong.root}.`,
    possibleCauses: "The storage at the site damaged what was written, or somebody wrote to the disk meanwhile.",
    recommendedAction: "Check the storage of the host, then restart the job.",
  });
}
