import type { ProtectedItem } from "@/lib/domain/entities";
import type { FailoverRecordKind, RecordedMachine } from "@/lib/domain/failover-record";
import type { Job, JobStep } from "@/lib/jobs/job";
import { runnerMemory } from "@/lib/jobs/runner-memory";
import type { OperationContext } from "../context";
import { isPlanInput, planRunOf } from "../recovery-plans/plan-run";
import { runOf, type RunEvidence } from "../run-evidence";

export interface RunParts {
  readonly job: Job;
  readonly steps: readonly JobStep[];
  readonly kind: FailoverRecordKind;
  readonly hasEnded: boolean;
  /** As it was written down before; what cannot be found out any more is taken from it. */
  readonly known: readonly RecordedMachine[];
}

interface Member {
  readonly itemId: string;
  readonly name: string;
  readonly leftOut: string | null;
}

/** Machines of the run as its job's input names them: of a plan, or the one. */
export function membersOf(job: Pick<Job, "input" | "targetName">): Member[] {
  if (!isPlanInput(job.input)) {
    return [{ itemId: String(job.input["itemId"]), name: job.targetName, leftOut: null }];
  }
  const groups = planRunOf(job.input).groups;
  return groups
    .flatMap((group) => group.machines)
    .map(({ itemId, machineName, leftOut }) => ({ itemId, name: machineName, leftOut }));
}

export async function recordedMachines(context: OperationContext, parts: RunParts): Promise<RecordedMachine[]> {
  return Promise.all(membersOf(parts.job).map((member) => recordedMachine(context, parts, member)));
}

async function recordedMachine(context: OperationContext, parts: RunParts, member: Member): Promise<RecordedMachine> {
  const known = parts.known.find((machine) => machine.protectedItemId === member.itemId);
  const item = await context.repositories.protectedItems.get(member.itemId);
  const run = item && runOf(item, parts.job.id);
  if (!run) return { ...(known ?? blank(member)), ...standing(parts, member, null, known) };
  const { job, kind } = parts;
  const life = lifeOf(run);
  const isTakenBack = parts.hasEnded && runnerMemory(job).undoing !== null && !(await stays(context, parts, item));
  const point = run.recoveryPoint && (await context.repositories.recoveryPoints.get(run.recoveryPoint.id));
  const pointKind = point?.kind ?? known?.recoveryPoint?.kind ?? "Unknown";
  return {
    ...blank(member),
    ...standing(parts, member, isTakenBack ? "taken back" : life, known),
    replicaName: run.machineName,
    recoveryPoint: run.recoveryPoint && { id: run.recoveryPoint.id, at: run.recoveryPoint.at, kind: pointKind },
    disks: run.disks.map((disk) => ({
      name: disk.name,
      pointRoot: disk.pointRoot,
      restoredRoot: disk.restoredRoot,
      identical: disk.identical,
      bytesWritten: disk.bytesWritten,
      bytesVerified: disk.bytesVerified,
      verifiedAt: disk.verifiedAt ?? null,
    })),
    firstLineMs: run.firstLineMs,
    firstSignOfLifeAt: life?.firstSignOfLifeAt ?? null,
    upAt: isTakenBack ? null : (life?.upAt ?? null),
    pointAgeSeconds: pointAge(job, run),
    loss: lossOf(kind, run),
    ordersAtSource: run.ordersAtSource,
    ordersOnReplica: run.ordersOnReplica,
    screenshot: life?.screenshot ?? null,
    applicationCheck: life?.applicationCheck ?? null,
  };
}

/** Of an earlier attempt's replica it says nothing about this one. */
function lifeOf(run: RunEvidence): NonNullable<RunEvidence["life"]> | null {
  return run.life && run.life.machineId === run.machineId ? run.life : null;
}

/** What the run made of the machine is still there: a replica of this job, or, of a failback, the machine at its site. */
async function stays(context: OperationContext, { job, kind }: RunParts, item: ProtectedItem): Promise<boolean> {
  if (kind === "Failback") return item.activeLocation === "Primary";
  const machines = await context.repositories.deployedMachines.listByItem(item.id);
  return machines.some((machine) => machine.jobId === job.id);
}

function standing(
  parts: RunParts,
  member: Member,
  life: NonNullable<RunEvidence["life"]> | "taken back" | null,
  known: RecordedMachine | undefined,
): Pick<RecordedMachine, "outcome" | "detail"> {
  if (member.leftOut !== null) return { outcome: "Skipped", detail: member.leftOut };
  const failure = failureOf(parts.steps, member, membersOf(parts.job).length === 1);
  if (life === "taken back") {
    return { outcome: "Failed", detail: failure ?? "It was taken back, because the run did not succeed." };
  }
  if (life !== null) {
    const { applicationCheck, notBootedReason } = life;
    if (applicationCheck?.passed === false) {
      return { outcome: "Failed", detail: `Its application check failed: ${applicationCheck.detail}` };
    }
    if (failure !== null) return { outcome: "Failed", detail: failure };
    const detail = notBootedReason === null ? null : `Verified, not booted: ${notBootedReason}`;
    return { outcome: "Succeeded", detail };
  }
  // Its protection has ended since: what was written down then stands.
  if (known && known.outcome !== "NotReached") return { outcome: known.outcome, detail: known.detail ?? null };
  if (failure !== null) return { outcome: "Failed", detail: failure };
  return { outcome: "NotReached", detail: parts.hasEnded ? "The run ended before it came to this machine." : null };
}

/** Steps of a plan's machines are named after them; those of a single machine are all its own. */
function failureOf(steps: readonly JobStep[], member: Member, isOnly: boolean): string | null {
  const own = steps.filter((step) => isOnly || step.friendlyName.endsWith(` ${member.name}`));
  const failed = own.filter((step) => step.state === "Failed").flatMap((step) => step.errors);
  return failed.find((error) => error.severity === "Error")?.message ?? null;
}

function pointAge(job: Job, run: RunEvidence): number | null {
  if (run.recoveryPoint === null) return null;
  return Math.max(0, (Date.parse(job.createdAt) - Date.parse(run.recoveryPoint.at)) / 1000);
}

/** A test loses nothing: its source goes on. */
function lossOf(kind: FailoverRecordKind, run: RunEvidence): RecordedMachine["loss"] {
  if (kind === "TestFailover") return { seconds: null, bytes: null, orders: null };
  return { seconds: run.secondsLost, bytes: run.bytesLost, orders: run.ordersLost };
}

function blank(member: Member): RecordedMachine {
  return {
    protectedItemId: member.itemId,
    name: member.name,
    replicaName: null,
    outcome: "NotReached",
    recoveryPoint: null,
    disks: [],
    firstLineMs: null,
    firstSignOfLifeAt: null,
    loss: { seconds: null, bytes: null, orders: null },
    ordersAtSource: null,
    ordersOnReplica: null,
    screenshot: null,
    applicationCheck: null,
  };
}
