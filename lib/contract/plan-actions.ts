import { z } from "zod";
import { resource } from "./portal";

/*
 * Completing a manual action. The service's own way, POST V/replicationJobs/{job}/resume {properties:{comments}}, works too,
 * without evidence and for whichever action the job waits at.
 *
 * POST V/replicationJobs/{job}/providers/Secondsite.Recovery/evidenceFiles   EvidenceFileBody -> EvidenceFile (resource)
 * GET  V/replicationJobs/{job}/providers/Secondsite.Recovery/evidenceFiles/{sha256}   the file's bytes, as attachment
 * POST V/replicationJobs/{job}/providers/Secondsite.Recovery/completeAction  CompleteActionBody -> ReplicationJobResource
 *      409 ManualActionCompleted, whose message says who completed it and when
 *
 * The task of a manual action (customDetails.instanceType ManualActionTaskDetails {name, instructions, observation}) has in
 * customDetails.details what ManualActionFacts says; that of a runbook AutomationRunbookTaskDetails, of a webhook
 * WebhookTaskDetails, with their outcomes in customDetails.details.
 */
export const EVIDENCE_FILE_BYTES_MAX = 5 * 1024 * 1024;
export const EVIDENCE_FILES_MAX = 10;

export const EvidenceFileBody = z.object({
  properties: z.object({ fileName: z.string(), contentBase64: z.base64() }),
});

const EvidenceFileFacts = z.object({
  fileName: z.string(),
  /** Lower-case hex; the file's name in its address. */
  sha256: z.string(),
  sizeBytes: z.number(),
});
export const EvidenceFile = resource(EvidenceFileFacts);
export type EvidenceFile = z.infer<typeof EvidenceFile>;

export const CompleteActionBody = z.object({
  properties: z.object({
    /** Of the task that waits: a second person does not complete the action after it by mistake. */
    taskId: z.string(),
    comments: z.string(),
    /** There is no sign-in: a name that the person gives; left out: local user. */
    completedBy: z.string().max(200).nullish(),
    /** Files that were sent before, by SHA-256. */
    evidence: z
      .array(z.object({ sha256: z.string(), fileName: z.string() }))
      .max(EVIDENCE_FILES_MAX)
      .nullish(),
  }),
});

/** In customDetails.details of a manual action's task, as far as it has come. */
export const ManualActionFacts = z.looseObject({
  waitingSince: z.string().optional(),
  /** After this the action is overdue; null: never. */
  overdueAt: z.string().nullable().optional(),
  completedBy: z.string().optional(),
  completedAt: z.string().optional(),
  evidence: z.array(EvidenceFileFacts).optional(),
});
export type ManualActionFacts = z.infer<typeof ManualActionFacts>;

/** In customDetails.planRun of the job of a plan: the running copy and its settings. */
export const PlanRunFacts = z.object({
  /** SHA-256 of the groups that are run, lower-case hex; another than the plan's: it was edited since. */
  planHash: z.string(),
  failoverDirection: z.enum(["PrimaryToRecovery", "RecoveryToPrimary"]),
  recoveryPointType: z.string(),
  usesSharedPoints: z.boolean(),
  customPoints: z.number(),
  networkName: z.string().nullable(),
  shutsDownSource: z.boolean(),
});
export type PlanRunFacts = z.infer<typeof PlanRunFacts>;
