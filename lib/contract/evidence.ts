import { z } from "zod";
import { resource } from "./portal";

/**
 * Evidence of failovers, in our own namespace; V = a vault's ARM id, R = V/providers/Secondsite.Recovery.
 *
 * GET  R/failoverRecords                                listOf(FailoverRecordSummary), newest first
 * GET  R/failoverRecords/{id}                           FailoverRecordView
 * POST R/failoverRecords/{id}/notes                     AddNoteBody -> FailoverRecordView
 * GET  R/failoverRecords/{id}/report.json|.html|.pdf    the signed report, as a file
 * GET  R/failoverRecords/{id}/screenshots/{file}        PNG
 * GET  R/reportKey                                      ReportKeyView
 * GET, PUT R/evidenceTargets                            TargetsView (body TargetsBody); likewise below a recovery plan
 * GET, PUT {protected item}/providers/Secondsite.Recovery/applicationCheck   ApplicationCheckView (body ApplicationCheckBody)
 */
const Seconds = z.number().nullable();
const Instant = z.string().nullable();
export const Targets = z.object({ rpoSeconds: Seconds, rtoSeconds: Seconds });
const Verdict = z.enum(["Met", "Missed", "NoTarget", "NotMeasured"]);
const Kind = z.enum(["TestFailover", "PlannedFailover", "UnplannedFailover", "Failback"]);
const Outcome = z.enum(["InProgress", "Succeeded", "Failed", "Cancelled"]);

const common = {
  kind: Kind,
  direction: z.enum(["PrimaryToRecovery", "RecoveryToPrimary"]),
  subject: z.object({ type: z.enum(["ProtectedItem", "RecoveryPlan"]), id: z.string(), name: z.string() }),
  outcome: Outcome,
  drillId: z.string().nullable(),
  targets: Targets,
  measured: Targets,
  verdicts: z.object({ rpo: Verdict, rto: Verdict }),
};

export const FailoverRecordSummary = resource(
  z.object({
    ...common,
    declaredAt: z.string(),
    endedAt: Instant,
    requestedBy: z.string(),
    machines: z.number(),
    machinesSucceeded: z.number(),
    deviations: z.number(),
  }),
);
export type FailoverRecordSummary = z.infer<typeof FailoverRecordSummary>;

const Machine = z.object({
  protectedItemId: z.string(),
  name: z.string(),
  replicaName: z.string().nullable(),
  outcome: z.enum(["Succeeded", "Failed", "Skipped", "NotReached"]),
  detail: z.string().nullable(),
  recoveryPoint: z.object({ id: z.string(), at: z.string(), kind: z.string() }).nullable(),
  disks: z.array(
    z.object({
      name: z.string(),
      pointRoot: z.string(),
      restoredRoot: z.string().nullable(),
      identical: z.boolean(),
      bytesWritten: z.number(),
      bytesVerified: z.number().nullable(),
      verifiedAt: Instant,
    }),
  ),
  firstLineMs: z.number().nullable(),
  firstSignOfLifeAt: Instant,
  upAt: Instant,
  loss: z.object({ seconds: Seconds, bytes: z.number().nullable(), orders: z.number().nullable() }),
  ordersAtSource: z.number().nullable(),
  ordersOnReplica: z.number().nullable(),
  screenshot: z.object({ file: z.string(), sha256: z.string(), at: z.string() }).nullable(),
  applicationCheck: z
    .object({ what: z.string(), passed: z.boolean(), detail: z.string(), at: z.string(), seconds: Seconds })
    .nullable(),
});

export const FailoverRecordView = resource(
  z.object({
    ...common,
    planHash: z.string().nullable(),
    people: z.array(
      z.object({
        role: z.enum(["requested", "approved", "acted"]),
        who: z.string(),
        at: z.string(),
        what: z.string(),
        program: z.string().nullable(),
        jobId: z.string().nullable(),
      }),
    ),
    times: z.object({
      ...{ declaredAt: z.string(), detectedAt: Instant, decidedAt: Instant },
      ...{ startedAt: Instant, endedAt: Instant, verifiedAt: Instant },
    }),
    machines: z.array(Machine),
    steps: z.array(
      z.object({
        ...{ name: z.string(), group: z.string().nullable(), state: z.string() },
        ...{ startedAt: Instant, endedAt: Instant, detail: z.string() },
      }),
    ),
    cleanup: z
      .object({ at: z.string(), notes: z.string(), before: z.array(z.string()), after: z.array(z.string()) })
      .nullable(),
    deviations: z.array(z.object({ at: z.string(), what: z.string() })),
    notes: z.array(z.object({ at: z.string(), who: z.string(), text: z.string() })),
  }),
);
export type FailoverRecordView = z.infer<typeof FailoverRecordView>;

export const NOTE_CHARACTERS_MAX = 4000;
export const AddNoteBody = z.object({ properties: z.object({ text: z.string().max(NOTE_CHARACTERS_MAX) }) });

export const ReportKeyView = resource(
  z.object({
    algorithm: z.literal("Ed25519"),
    /** SHA-256 of the key's SubjectPublicKeyInfo, lower-case hex. */
    fingerprint: z.string(),
    /** PEM. */
    publicKey: z.string(),
  }),
);
export type ReportKeyView = z.infer<typeof ReportKeyView>;

export const TargetsBody = z.object({ properties: z.object({ targets: Targets }) });
export const TargetsView = resource(z.object({ targets: Targets }));
export type TargetsView = z.infer<typeof TargetsView>;

export const ApplicationCheck = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("SerialPattern"), pattern: z.string(), timeoutSeconds: z.number() }),
  z.object({ kind: z.literal("TcpPort"), host: z.string(), port: z.number(), timeoutSeconds: z.number() }),
  z.object({
    kind: z.literal("Http"),
    url: z.string(),
    status: z.number().nullable(),
    pattern: z.string().nullable(),
    timeoutSeconds: z.number(),
  }),
  z.object({
    kind: z.literal("Runbook"),
    accountName: z.string(),
    runbookName: z.string(),
    timeoutSeconds: z.number(),
  }),
]);
export type ApplicationCheck = z.infer<typeof ApplicationCheck>;
export const ApplicationCheckBody = z.object({
  properties: z.object({ applicationCheck: ApplicationCheck.nullable() }),
});
export const ApplicationCheckView = resource(z.object({ applicationCheck: ApplicationCheck.nullable() }));
export type ApplicationCheckView = z.infer<typeof ApplicationCheckView>;
