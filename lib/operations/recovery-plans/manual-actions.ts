import { clockTime } from "@/lib/domain/clock-time";
import type { Vault } from "@/lib/domain/entities";
import type { Job, JobStep } from "@/lib/jobs/job";
import { runnerMemory } from "@/lib/jobs/runner-memory";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { KeptFile } from "../ports/evidence-files";
import { LOCAL_USER } from "../evidence/job-origin";
import { MANUAL_ACTION } from "./action-steps";

export interface Completion {
  readonly stepIndex: number;
  readonly comments: string;
  /** Null: nobody was named. */
  readonly completedBy: string | null;
  readonly evidence: readonly { readonly sha256: string; readonly fileName: string }[];
}

const FILE_NAME_LENGTH_MAX = 200;

/** @throws Refusal EvidenceFileTooLarge, EvidenceFileEmpty */
export async function keepEvidence(
  context: OperationContext,
  vault: Vault,
  bytes: Uint8Array,
  bytesMax: number,
): Promise<KeptFile> {
  if (bytes.byteLength === 0) throw unfit("EvidenceFileEmpty", "An evidence file holds at least one byte.");
  if (bytes.byteLength > bytesMax) {
    throw unfit(
      "EvidenceFileTooLarge",
      `An evidence file has ${bytesMax} bytes at most; this one ${bytes.byteLength}.`,
    );
  }
  return context.evidenceFiles.put(vault.id, bytes);
}

/**
 * Completes the manual action at which a job waits. Of several people exactly one does; the others are told who and when.
 * @throws Refusal CommentsRequired, ManualActionNotFound, ManualActionCompleted, EvidenceFileNotFound
 */
export async function completeAction(
  context: OperationContext,
  vault: Vault,
  job: Job,
  completion: Completion,
): Promise<Job> {
  const step = await actionOf(context, job, completion.stepIndex);
  if (step.state !== "Suspended") throw await notWaiting(context, job, step);
  const evidence: Readonly<Record<string, unknown>>[] = [];
  for (const { sha256, fileName } of completion.evidence) {
    const bytes = await context.evidenceFiles.get(vault.id, sha256);
    if (bytes === null) throw unfit("EvidenceFileNotFound", `There is no evidence file ${sha256.slice(0, 80)}.`);
    const name = fileName.slice(0, FILE_NAME_LENGTH_MAX);
    evidence.push({ fileName: name, sha256, sizeBytes: bytes.byteLength });
  }
  const by = completion.completedBy?.trim() || LOCAL_USER;
  const { stepIndex, comments } = completion;
  try {
    return await context.jobs.resume(job.id, comments, { stepIndex, by, evidence });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "JobActionNotAllowed") throw error;
    // Somebody was quicker.
    throw await notWaiting(context, job, await actionOf(context, job, stepIndex));
  }
}

/** The name that an attached file was given, or null when the job has no such file. */
export async function evidenceFileName(context: OperationContext, job: Job, sha256: string): Promise<string | null> {
  for (const step of await context.jobs.steps(job.id)) {
    const files = (step.details["evidence"] as readonly Record<string, unknown>[] | undefined) ?? [];
    const found = files.find((file) => file["sha256"] === sha256);
    if (found) return String(found["fileName"]);
  }
  return null;
}

async function actionOf(context: OperationContext, job: Job, index: number): Promise<JobStep> {
  const step = (await context.jobs.steps(job.id))[index];
  if (step?.name === MANUAL_ACTION) return step;
  throw new Refusal(
    "notFound",
    {
      code: "ManualActionNotFound",
      message: "The job has no manual action of that task.",
      possibleCauses: "The task's id is of another job, or of another kind of task.",
      recommendedAction: "Take the taskId of a task of the job whose allowedActions contain Resume.",
    },
    "properties.taskId",
  );
}

async function notWaiting(context: OperationContext, job: Job, step: JobStep): Promise<Refusal> {
  const now = (await context.jobs.get(job.id)) ?? job;
  const done = runnerMemory(now).resumes[String(step.index)];
  const who = done
    ? `${done.by ?? LOCAL_USER} completed the action '${step.friendlyName}' at ${clockTime(done.at)}.`
    : `The action '${step.friendlyName}' is not waiting for anybody: it is ${step.state}.`;
  return new Refusal(
    "conflict",
    {
      code: "ManualActionCompleted",
      message: who,
      possibleCauses: "Somebody else completed it, or the run has not come to it, or was cancelled.",
      recommendedAction: "Look at the job: nothing needs to be done for this action.",
    },
    "properties.taskId",
  );
}

function unfit(code: string, message: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code,
      message,
      possibleCauses: "Another file was chosen, or it was not sent before it was named.",
      recommendedAction: "Send the file to evidenceFiles first, then name its sha256.",
    },
    "properties.evidence",
  );
}
