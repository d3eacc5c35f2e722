import { createHash } from "node:crypto";
import type { FailoverRecord, RecordedMachine, RecordedPerson, RecordedStep } from "@/lib/domain/failover-record";
import type { Job, JobStep } from "@/lib/jobs/job";
import type { JobOutcome } from "@/lib/jobs/job-definition";
import { hasEnded } from "@/lib/jobs/job-states";
import { runnerMemory } from "@/lib/jobs/runner-memory";
import { assert } from "@/lib/kernel/assert";
import type { OperationContext } from "../context";
import { isPlanInput, planRunOf } from "../recovery-plans/plan-run";
import { runOf } from "../run-evidence";
import { deviationsOf } from "./deviations";
import { targetsFor } from "./evidence-settings";
import { LOCAL_USER, originOf } from "./job-origin";
import { measuredObjectives } from "./measured-objectives";
import { directionOf, kindOf } from "./recorded-kinds";
import { membersOf, recordedMachines } from "./recorded-machines";
import { canonicalJson } from "./report/canonical-json";

/** A host of which three beats are missing is silent: it beats every two seconds. */
const SILENT_MS = 6_000;

/**
 * The record as job, steps and the items' own evidence tell it now. `previous`: what was written down before; it keeps what
 * cannot be found out again. `outcome`: of a job that is about to end. Changes nothing.
 */
export async function recordOfJob(
  context: OperationContext,
  job: Job,
  previous: FailoverRecord | null,
  outcome: JobOutcome | null,
): Promise<FailoverRecord> {
  assert(job.vaultId !== null, "a failover without a vault");
  const steps = await context.jobs.steps(job.id);
  const kind = kindOf(job);
  const isOver = outcome !== null || hasEnded(job.state);
  const known = previous?.machines ?? [];
  const machines = await recordedMachines(context, { job, steps, kind, hasEnded: isOver, known });
  const times = await timesOf(context, job, machines, previous, isOver);
  const record: Omit<FailoverRecord, "deviations"> = {
    id: job.id,
    vaultId: job.vaultId,
    kind,
    direction: directionOf(job),
    subject: {
      type: isPlanInput(job.input) ? "RecoveryPlan" : "ProtectedItem",
      id: job.targetId,
      name: job.targetName,
    },
    planHash: planHashOf(job),
    outcome: outcomeOf(job, outcome),
    drillId: previous?.drillId ?? originOf(job).drillId ?? null,
    people: peopleOf(job, steps, previous),
    times,
    targets: previous?.targets ?? (await targetsFor(context, job)),
    measured: measuredObjectives(kind, times.declaredAt, machines),
    machines,
    steps: steps.map(recordedStep),
    ...(await cleanupOf(context, job, previous)),
  };
  const followUps = previous?.deviations.filter((deviation) => deviation.jobId !== undefined) ?? [];
  return { ...record, deviations: deviationsOf(job, record, followUps) };
}

function outcomeOf(job: Job, outcome: JobOutcome | null): FailoverRecord["outcome"] {
  if (outcome !== null) return outcome.state;
  return job.state === "Succeeded" || job.state === "Failed" || job.state === "Cancelled" ? job.state : "InProgress";
}

async function timesOf(
  context: OperationContext,
  job: Job,
  machines: readonly RecordedMachine[],
  previous: FailoverRecord | null,
  isOver: boolean,
): Promise<FailoverRecord["times"]> {
  const proofs = machines.flatMap((machine) => [
    machine.upAt ?? null,
    machine.applicationCheck?.at ?? null,
    ...machine.disks.map((disk) => disk.verifiedAt ?? null),
  ]);
  const known = proofs.filter((at) => at !== null);
  return {
    declaredAt: originOf(job).declaredAt ?? job.createdAt,
    detectedAt: previous?.times.detectedAt ?? (isSettled(previous) ? null : await silentSince(context, job)),
    decidedAt: job.createdAt,
    startedAt: job.startedAt,
    endedAt: isOver ? (job.endedAt ?? context.clock.now().toISOString()) : null,
    verifiedAt: known.length === 0 ? null : known.reduce((a, b) => (a > b ? a : b)),
  };
}

const isSettled = (record: FailoverRecord | null): boolean => record !== null && record.outcome !== "InProgress";

/** When the first of the sources of the run that are silent now was last heard of; null: all are heard, or it is a test. */
async function silentSince(context: OperationContext, job: Job): Promise<string | null> {
  if (kindOf(job) !== "UnplannedFailover") return null;
  const now = context.clock.now().getTime();
  const heard: string[] = [];
  for (const { itemId } of membersOf(job)) {
    const item = await context.repositories.protectedItems.get(itemId);
    const provider = item && (await context.repositories.providers.get(item.providerId));
    if (!provider?.lastHeartbeatAt) continue;
    if (now - Date.parse(provider.lastHeartbeatAt) >= SILENT_MS) heard.push(provider.lastHeartbeatAt);
  }
  return heard.sort()[0] ?? null;
}

/** The running copy's own hash when the plan has one; else of the groups as they were run. */
function planHashOf(job: Job): string | null {
  if (!isPlanInput(job.input)) return null;
  const given = job.input["planHash"];
  if (typeof given === "string") return given;
  return createHash("sha256")
    .update(canonicalJson(planRunOf(job.input).groups))
    .digest("hex");
}

function peopleOf(job: Job, steps: readonly JobStep[], previous: FailoverRecord | null): RecordedPerson[] {
  const { requestedBy } = originOf(job);
  const asked: RecordedPerson = {
    role: "requested",
    who: requestedBy?.who ?? LOCAL_USER,
    at: job.createdAt,
    what: job.friendlyName,
    ...(requestedBy?.program ? { program: requestedBy.program } : {}),
  };
  const acted = steps.flatMap(({ friendlyName, details }): RecordedPerson[] => {
    const { completedBy, completedAt, observation } = details;
    if (typeof completedBy !== "string" || typeof completedAt !== "string") return [];
    const comment = typeof observation === "string" ? `: ${observation}` : "";
    return [{ role: "acted", who: completedBy, at: completedAt, what: `Completed '${friendlyName}'${comment}` }];
  });
  const restarts = runnerMemory(job).history.flatMap(({ restart }): RecordedPerson[] =>
    restart === undefined
      ? []
      : [{ role: "acted", who: restart.by ?? LOCAL_USER, at: restart.at, what: "Restarted the run" }],
  );
  const cancelled: RecordedPerson[] =
    job.cancelRequestedAt === null
      ? []
      : [
          {
            role: "acted",
            who: job.cancelRequestedBy ?? LOCAL_USER,
            at: job.cancelRequestedAt,
            what: "Cancelled the run",
          },
        ];
  const own = [...acted, ...restarts, ...cancelled].sort((a, b) => a.at.localeCompare(b.at));
  const later = previous?.people.filter((person) => person.jobId !== undefined) ?? [];
  return [asked, ...own, ...later];
}

function recordedStep(step: JobStep): RecordedStep {
  const { details } = step;
  const skipped = typeof details["skippedReason"] === "string" ? details["skippedReason"] : "";
  const said = step.errors.map((error) => error.message).join(" ");
  return {
    name: step.friendlyName,
    group: step.groupName,
    state: step.state,
    startedAt: step.startedAt,
    endedAt: step.endedAt,
    detail: [said, skipped, details["undone"] === true ? "Taken back." : ""].filter((text) => text !== "").join(" "),
  };
}

async function cleanupOf(
  context: OperationContext,
  job: Job,
  previous: FailoverRecord | null,
): Promise<Pick<FailoverRecord, "cleanup" | "notes">> {
  const found: NonNullable<FailoverRecord["cleanup"]>[] = [];
  for (const { itemId } of membersOf(job)) {
    const item = await context.repositories.protectedItems.get(itemId);
    const cleanup = item && runOf(item, job.id)?.cleanup;
    if (!cleanup) continue;
    const { at, notes, remainingResources: after, before = [] } = cleanup;
    found.push({ at, notes, before, after });
  }
  const [first] = found;
  if (!first) return { cleanup: previous?.cleanup ?? null, notes: previous?.notes ?? "" };
  const cleanup = {
    at: found.reduce((latest, one) => (one.at > latest ? one.at : latest), first.at),
    notes: first.notes,
    before: found.flatMap((one) => one.before),
    after: found.flatMap((one) => one.after),
  };
  return { cleanup, notes: first.notes };
}
