import type { Job, JobStep } from "@/lib/jobs/job";
import type { JobChanges, JobQuery, JobStore, StepChanges } from "@/lib/jobs/job-store";
import type * as db from "../../../prisma/generated/client";
import type { ControlDatabase } from "./database";
import { defined } from "./defined";
import { jsonChange } from "./rows";

const OPEN_STATES = ["NotStarted", "InProgress"];

export function createSqliteJobStore(database: ControlDatabase): JobStore {
  const { read } = database;
  return {
    create: async (job, steps) =>
      void (await database.transaction(async (tx) => {
        await tx.job.create({ data: jobTo(job) });
        await tx.jobStep.createMany({ data: steps.map(stepTo) });
      })),
    async get(id) {
      const row = await read.job.findUnique({ where: { id } });
      return row && jobFrom(row);
    },
    steps: async (jobId) =>
      (await read.jobStep.findMany({ where: { jobId }, orderBy: { stepIndex: "asc" } })).map(stepFrom),
    async list(query) {
      const rows = await read.job.findMany({
        where: whereOf(query),
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        ...(query.limit === undefined ? {} : { take: query.limit }),
      });
      return rows.map(jobFrom);
    },
    async open() {
      const where = { state: { in: OPEN_STATES } };
      const rows = await read.job.findMany({ where, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
      return rows.map((row) => ({ job: jobFrom(row), owner: row.owner, leaseUntil: row.leaseUntil }));
    },
    async claim(id, { owner, leaseUntil, now, takeOverFrom }) {
      const mayTake = [
        { owner: null },
        { owner },
        { leaseUntil: { lte: now } },
        ...(takeOverFrom === null ? [] : [{ owner: takeOverFrom }]),
      ];
      const where = { id, state: { in: OPEN_STATES }, OR: mayTake };
      return (await database.write((tx) => tx.job.updateMany({ where, data: { owner, leaseUntil } }))).count === 1;
    },
    async renew(id, { owner, leaseUntil }) {
      return (
        (await database.write((tx) => tx.job.updateMany({ where: { id, owner }, data: { leaseUntil } }))).count === 1
      );
    },
    update: (id, guard, changes) =>
      database.transaction(async (tx) => {
        const where = {
          id,
          ...(guard.owner === undefined ? {} : { owner: guard.owner }),
          ...(guard.states === undefined ? {} : { state: { in: [...guard.states] } }),
        };
        for (const { index, state } of guard.stepStates ?? []) {
          if ((await tx.jobStep.count({ where: { jobId: id, stepIndex: index, state } })) === 0) return false;
        }
        const lease = changes.releaseLease === true ? { owner: null, leaseUntil: null } : {};
        const data = { ...jobChanges(changes.job ?? {}), ...lease };
        // Nothing to write still checks the guard: an empty update would count no row.
        const held =
          Object.keys(data).length > 0
            ? (await tx.job.updateMany({ where, data })).count
            : await tx.job.count({ where });
        if (held === 0) return false;
        for (const { index, ...step } of changes.steps ?? []) {
          await tx.jobStep.updateMany({ where: { jobId: id, stepIndex: index }, data: stepChanges(step) });
        }
        return true;
      }),
    deleteOfVault: async (vaultId) => void (await database.write((tx) => tx.job.deleteMany({ where: { vaultId } }))),
  };
}

function whereOf(query: JobQuery) {
  return {
    ...defined({ vaultId: query.vaultId, targetId: query.targetId, parentJobId: query.parentJobId }),
    ...(query.states === undefined ? {} : { state: { in: [...query.states] } }),
    ...(query.scenarioNames === undefined ? {} : { scenarioName: { in: [...query.scenarioNames] } }),
    createdAt: defined({ gte: query.createdFrom, lte: query.createdUntil }),
  };
}

function jobTo({ input, memory, errors, ...job }: Job) {
  return {
    ...job,
    inputJson: JSON.stringify(input),
    memoryJson: JSON.stringify(memory),
    errorsJson: JSON.stringify(errors),
  };
}

function jobFrom(row: db.Job): Job {
  const { seq: _seq, owner: _owner, leaseUntil: _lease, inputJson, memoryJson, errorsJson, ...rest } = row;
  return {
    ...rest,
    state: rest.state as Job["state"],
    input: JSON.parse(inputJson) as Job["input"],
    memory: JSON.parse(memoryJson) as Job["memory"],
    errors: JSON.parse(errorsJson) as Job["errors"],
  };
}

function jobChanges({ memory, errors, ...changes }: JobChanges) {
  return { ...defined(changes), ...jsonChange("memoryJson", memory), ...jsonChange("errorsJson", errors) };
}

function stepTo({ index, progress, details, errors, ...step }: JobStep) {
  return {
    ...step,
    stepIndex: index,
    progressJson: progress === null ? null : JSON.stringify(progress),
    detailsJson: JSON.stringify(details),
    errorsJson: JSON.stringify(errors),
  };
}

function stepFrom(row: db.JobStep): JobStep {
  const { seq: _seq, stepIndex, progressJson, detailsJson, errorsJson, ...rest } = row;
  return {
    ...rest,
    index: stepIndex,
    state: rest.state as JobStep["state"],
    progress: progressJson === null ? null : (JSON.parse(progressJson) as JobStep["progress"]),
    details: JSON.parse(detailsJson) as JobStep["details"],
    errors: JSON.parse(errorsJson) as JobStep["errors"],
  };
}

function stepChanges({ progress, details, errors, ...changes }: StepChanges) {
  return {
    ...defined(changes),
    ...(progress === null ? { progressJson: null } : jsonChange("progressJson", progress)),
    ...jsonChange("detailsJson", details),
    ...jsonChange("errorsJson", errors),
  };
}
