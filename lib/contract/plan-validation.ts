import { z } from "zod";
import { resource } from "./portal";

/*
 * P = …/replicationRecoveryPlans/{plan}
 * POST P/providers/Secondsite.Recovery/validate   PlanValidationBody -> PlanValidation
 * Looks at everything that a run would look at before it touches anything, and changes nothing.
 */
const Direction = z.enum(["PrimaryToRecovery", "RecoveryToPrimary"]);

/** A recovery point for one machine; the others follow the type that is chosen for all. Ours. */
export const MachinePointWire = z.object({
  /** ARM id of the replication protected item. */
  replicationProtectedItemId: z.string(),
  /** Name (the last part of its ARM id) or ARM id of the point. */
  recoveryPointId: z.string(),
});
export type MachinePointWire = z.infer<typeof MachinePointWire>;

export const PlanValidationBody = z.object({
  properties: z.object({
    failoverType: z.enum(["TestFailover", "PlannedFailover", "UnplannedFailover"]),
    failoverDirection: Direction.nullish(),
    /** Of a test, as in the body of testFailover. */
    networkType: z.enum(["VmNetworkAsInput", "NoNetworkAttachAsInput"]).nullish(),
    networkId: z.string().nullish(),
    recoveryPointType: z.enum(["Latest", "LatestApplicationConsistent", "LatestProcessed"]).nullish(),
    multiVmSyncPointOption: z.enum(["UseMultiVmSyncRecoveryPoint", "UsePerVmRecoveryPoint"]).nullish(),
    recoveryPoints: z.array(MachinePointWire).nullish(),
    sourceSiteOperations: z.enum(["Required", "NotRequired"]).nullish(),
  }),
});
export type PlanValidationBody = z.infer<typeof PlanValidationBody>;

/** An Error blocks the run; a Warning is something to know before it. */
export const PlanFinding = z.object({
  severity: z.enum(["Error", "Warning"]),
  code: z.string(),
  message: z.string(),
  possibleCauses: z.string(),
  recommendedAction: z.string(),
});
export type PlanFinding = z.infer<typeof PlanFinding>;

export const PlanValidation = resource(
  z.object({
    /** SHA-256 of the groups that were looked at, lower-case hex. */
    planHash: z.string(),
    checkedAt: z.string(),
    failoverType: z.enum(["TestFailover", "PlannedFailover", "UnplannedFailover"]),
    failoverDirection: Direction,
    /** No finding of severity Error anywhere. */
    ready: z.boolean(),
    /** Of the plan as a whole: it is being run, its vault is locked, nothing is left to do. */
    findings: z.array(PlanFinding),
    machines: z.array(
      z.object({
        /** ARM id. */
        replicationProtectedItemId: z.string(),
        machineName: z.string(),
        /** Number of its boot group, from 1. */
        group: z.number(),
        ready: z.boolean(),
        /** Why the run would pass it over; null: it takes part. */
        skippedReason: z.string().nullable(),
        /** The point that there is now for the choice; null: none, or the choice is made by a cut during the run. */
        recoveryPoint: z.object({ id: z.string(), at: z.string() }).nullable(),
        findings: z.array(PlanFinding),
      }),
    ),
    actions: z.array(
      z.object({
        /** "Shutdown", "Failover", or the number of the boot group. */
        group: z.string(),
        position: z.enum(["before", "after"]),
        actionName: z.string(),
        instanceType: z.enum(["ManualActionDetails", "AutomationRunbookActionDetails", "WebhookActionDetails"]),
        /** False: a run of this type and direction passes it over. */
        applies: z.boolean(),
        ready: z.boolean(),
        findings: z.array(PlanFinding),
      }),
    ),
  }),
);
export type PlanValidation = z.infer<typeof PlanValidation>;
