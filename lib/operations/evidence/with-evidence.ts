import { clockTime } from "@/lib/domain/clock-time";
import type { RecordedPerson } from "@/lib/domain/failover-record";
import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, JobOutcome } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import type { OperationContext } from "../context";
import { isPlanInput, planItemsRunOf } from "../recovery-plans/plan-run";
import { runOf, runsOf } from "../run-evidence";
import { LOCAL_USER, originOf } from "./job-origin";
import { changeRecord, keepRecord, refreshRecord } from "./keep-record";
import { followUpOf, isRecorded } from "./recorded-kinds";

/**
 * Jobs of failovers are written down when their first step begins and again whenever they settle; what completes, commits or
 * changes a failover is added to its record. Everything can be repeated: the record is made anew from what is there.
 */
export function withEvidence(definition: JobDefinition<OperationContext>): JobDefinition<OperationContext> {
  if (isRecorded(definition.scenarioName)) return recorded(definition);
  if (followUpOf(definition.scenarioName) === null) return definition;
  return {
    ...definition,
    settle: async (context, job, outcome) => {
      await definition.settle?.(context, job, outcome);
      await addFollowUp(context, job, outcome);
    },
  };
}

function recorded(definition: JobDefinition<OperationContext>): JobDefinition<OperationContext> {
  return {
    ...definition,
    steps: (input) => {
      const [first, ...rest] = definition.steps(input);
      if (!first) return [];
      const begun: typeof first = {
        ...first,
        run: async (step) => {
          await keepRecord(step.services, step.job, null);
          return first.run(step);
        },
      };
      return [begun, ...rest];
    },
    settle: async (context, job, outcome) => {
      await definition.settle?.(context, job, outcome);
      await keepRecord(context, job, outcome);
    },
  };
}

async function addFollowUp(context: OperationContext, job: Job, outcome: JobOutcome): Promise<void> {
  const followUp = followUpOf(job.scenarioName);
  if (followUp === null) return;
  for (const recordId of await recordsConcerned(context, job)) {
    await refreshRecord(context, recordId);
    if (!(await context.repositories.failoverRecords.get(recordId))) continue;
    const { requestedBy } = originOf(job);
    const done = outcome.state === "Succeeded" ? await detailOf(context, job) : `: ${outcome.state.toLowerCase()}`;
    const person: RecordedPerson = {
      role: followUp.role,
      who: requestedBy?.who ?? LOCAL_USER,
      at: job.createdAt,
      what: `${followUp.what}${done}`,
      ...(requestedBy?.program ? { program: requestedBy.program } : {}),
      jobId: job.id,
    };
    const problems = outcome.errors.map(({ at, message }) => ({ at, what: `${job.friendlyName}: ${message}`, jobId: job.id })); // prettier-ignore
    await changeRecord(context, recordId, async (record) => {
      assert(record, "the record of a run went while its vault is there");
      const people = [...record.people.filter((one) => one.jobId !== job.id), person];
      const deviations = [...record.deviations.filter((one) => one.jobId !== job.id), ...problems];
      return { ...record, people, deviations };
    });
  }
}

/** Of a change of the recovery point: what each machine runs from since then, and what is lost with it. */
async function detailOf(context: OperationContext, job: Job): Promise<string> {
  if (job.scenarioName !== "ChangePit") return "";
  const details: string[] = [];
  for (const itemId of itemIdsOf(job)) {
    const item = await context.repositories.protectedItems.get(itemId);
    const run = item && runOf(item, job.id);
    if (!item || !run?.recoveryPoint) continue;
    const lost = [
      run.secondsLost === null ? null : `${run.secondsLost} s`,
      run.ordersLost === null ? null : `${run.ordersLost} orders`,
    ].filter((text) => text !== null);
    const name = isPlanInput(job.input) ? `${item.machineName} ` : "";
    const loss = lost.length === 0 ? "" : `, with ${lost.join(" and ")} lost`;
    details.push(`${name}now of ${clockTime(run.recoveryPoint.at)}${loss}`);
  }
  return details.length === 0 ? "" : `: ${details.join("; ")}`;
}

function itemIdsOf({ input }: Job): readonly string[] {
  if (!isPlanInput(input)) return [String(input["itemId"])];
  return planItemsRunOf(input).machines.map((machine) => machine.itemId);
}

/** The newest failover of each machine that such a job can be about. */
async function recordsConcerned(context: OperationContext, job: Job): Promise<Set<string>> {
  const isOfTest = job.scenarioName === "TestFailoverCleanup";
  const found = new Set<string>();
  for (const itemId of itemIdsOf(job)) {
    const item = await context.repositories.protectedItems.get(itemId);
    const run = item
      ? runsOf(item).find((one) => one.kind !== "ChangeRecoveryPoint" && (one.kind === "TestFailover") === isOfTest)
      : undefined;
    if (run) found.add(run.jobId);
  }
  return found;
}
