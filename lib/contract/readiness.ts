import { z } from "zod";
import { resource } from "./portal";

/**
 * Ours, below V/providers/Secondsite.Recovery:
 * GET readiness                              ReadinessResource
 * GET coverage?months=1|3|6|12               CoverageResource
 * GET trends?months=1|3|6|12&subject={name}  TrendsResource (of the vault, or of one plan or machine)
 */
export const ReadinessResource = resource(
  z.object({
    readAt: z.string(),
    /** 0 to 100: the weight of the parts that are met. Ours; Azure has no such figure. */
    score: z.number(),
    parts: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        weight: z.number(),
        /** Unknown counts as not met. */
        state: z.enum(["Met", "NotMet", "Unknown"]),
        evidence: z.string(),
        /** Null when it is met. */
        action: z.string().nullable(),
        /** The tab of the vault's page where that is done. */
        place: z.enum([
          "protected-items",
          "recovery-plans",
          "dashboard",
          "verification",
          "servers",
          "drills",
          "jobs",
          "readiness",
        ]),
      }),
    ),
  }),
);
export type ReadinessResource = z.infer<typeof ReadinessResource>;

const CoverageMachineWire = z.object({
  name: z.string(),
  siteName: z.string(),
  machineId: z.string(),
  /** Name of the protected item; null: not protected. */
  protectedItem: z.string().nullable(),
  plans: z.array(z.string()),
  lastTestedAt: z.string().nullable(),
});
export const CoverageResource = resource(
  z.object({
    months: z.number(),
    since: z.string(),
    /** Machines that are protected or can be. */
    machineCount: z.number(),
    testedCount: z.number(),
    testedPercent: z.number().nullable(),
    tested: z.array(CoverageMachineWire),
    untested: z.array(
      CoverageMachineWire.extend({
        way: z.object({
          kind: z.enum(["Protect", "TestPlan", "TestMachine", "WaitForFailback"]),
          text: z.string(),
        }),
      }),
    ),
    notProtectable: z.array(CoverageMachineWire.extend({ reason: z.string() })),
  }),
);
export type CoverageResource = z.infer<typeof CoverageResource>;

const Figures = z.object({
  newestSeconds: z.number().nullable(),
  medianSeconds: z.number().nullable(),
  worstSeconds: z.number().nullable(),
  measuredCount: z.number(),
  withinTargetCount: z.number(),
  withTargetCount: z.number(),
});
export const TrendsResource = resource(
  z.object({
    since: z.string(),
    /** Names of what was run in that time. */
    subjects: z.array(z.string()),
    rpo: Figures,
    rto: Figures,
    /** Oldest first. */
    points: z.array(
      z.object({
        /** Name of the job. */
        runId: z.string(),
        at: z.string(),
        subjectType: z.enum(["ProtectedItem", "RecoveryPlan"]),
        subjectName: z.string(),
        kind: z.enum(["TestFailover", "PlannedFailover", "UnplannedFailover", "Failback"]),
        outcome: z.enum(["InProgress", "Succeeded", "Failed", "Cancelled"]),
        isDrill: z.boolean(),
        rpoSeconds: z.number().nullable(),
        rtoSeconds: z.number().nullable(),
        rpoTargetSeconds: z.number().nullable(),
        rtoTargetSeconds: z.number().nullable(),
      }),
    ),
  }),
);
export type TrendsResource = z.infer<typeof TrendsResource>;
