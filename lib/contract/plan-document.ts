import { z } from "zod";
import { resource } from "./portal";

/*
 * A recovery plan as a document, for version control: YAML, names instead of ids, everything that the plan has.
 * GET  P/providers/Secondsite.Recovery/document             PlanDocumentResource   (P = …/replicationRecoveryPlans/{plan})
 * POST V/providers/Secondsite.Recovery/applyPlanDocument    ApplyPlanDocumentBody -> AppliedPlanDocument
 * POST P/providers/Secondsite.Recovery/clone                ClonePlanBody -> RecoveryPlanResource
 * GET, PUT V/providers/Secondsite.Recovery/recoveryPlanSettings/default   PlanSettings(Body)
 * GET  /recovery-plan.schema.json                           the JSON schema of the document
 */
const FailoverType = z.enum([
  "TestFailover",
  "PlannedFailover",
  "UnplannedFailover",
  "TestFailoverCleanup",
  "Failback",
]);
const common = {
  name: z.string().min(1),
  failoverTypes: z.array(FailoverType).min(1),
  directions: z.array(z.enum(["PrimaryToRecovery", "RecoveryToPrimary"])).min(1),
  /** Left out: planned and test runs stop, an unplanned one goes on. */
  onFailure: z.enum(["Stop", "Continue"]).optional(),
};
const timeoutSeconds = z.number().int().min(1).max(86_400);

export const PlanDocumentAction = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("manual"),
    ...common,
    instructions: z.string(),
    /** Overdue after so long; left out: never. */
    timeoutMinutes: z.number().int().min(1).max(100_000).optional(),
  }),
  z.strictObject({
    kind: z.literal("runbook"),
    ...common,
    account: z.string().min(1),
    runbook: z.string().min(1),
    runAt: z.enum(["Primary", "Recovery"]),
    timeoutSeconds,
  }),
  z.strictObject({
    kind: z.literal("webhook"),
    ...common,
    url: z.string().min(1),
    /** The encrypted variable whose value signs the call; left out: unsigned. */
    secret: z.strictObject({ account: z.string().min(1), variable: z.string().min(1) }).optional(),
    timeoutSeconds,
  }),
]);
export type PlanDocumentAction = z.infer<typeof PlanDocumentAction>;

const actions = { before: z.array(PlanDocumentAction).optional(), after: z.array(PlanDocumentAction).optional() };

export const PlanDocument = z.strictObject({
  /** Of the document's format. */
  version: z.literal(1),
  name: z.string().min(1),
  /** Name of the site. */
  site: z.string().min(1),
  shutdown: z.strictObject(actions).optional(),
  failover: z.strictObject(actions).optional(),
  groups: z.array(
    z.strictObject({
      /** Names of machines; a name that two protected machines of the site have is written `name (id of its protected item)`. */
      machines: z.array(z.string().min(1)),
      ...actions,
    }),
  ),
});
export type PlanDocument = z.infer<typeof PlanDocument>;

export const PlanDocumentResource = resource(z.object({ yaml: z.string(), planHash: z.string() }));
export type PlanDocumentResource = z.infer<typeof PlanDocumentResource>;

export const ApplyPlanDocumentBody = z.object({
  properties: z.object({
    yaml: z.string(),
    /** Only says what would change. */
    dryRun: z.boolean().nullish(),
  }),
});

/** Errors of the text are 400 PlanDocumentInvalid; the message begins with "line N: " where the line is known. */
export const AppliedPlanDocument = resource(
  z.object({
    planName: z.string(),
    /** Whether there was a plan of that name. */
    existed: z.boolean(),
    /** Whether the plan differs from the document: with dryRun, whether it would be changed. */
    changed: z.boolean(),
    dryRun: z.boolean(),
    /** Lines of a readable comparison: "+ …" comes, "- …" goes, "  …" stays. Empty when nothing differs. */
    differences: z.array(z.string()),
    planHash: z.string(),
  }),
);
export type AppliedPlanDocument = z.infer<typeof AppliedPlanDocument>;

export const ClonePlanBody = z.object({ properties: z.object({ name: z.string() }) });

/** 7 is Azure's number. */
export const PlanSettingsBody = z.object({ properties: z.object({ planGroupsMax: z.number().int().min(1).max(50) }) });
export const PlanSettings = resource(z.object({ planGroupsMax: z.number() }));
export type PlanSettings = z.infer<typeof PlanSettings>;
