import { z } from "zod";

/**
 * What the portal reads of a recovery plan. Groups and actions are read loosely and written back whole: an update replaces
 * all groups, so whatever another client put there (runbooks, scripts) must survive an edit made here.
 */
export const PlanAction = z.looseObject({
  actionName: z.string(),
  failoverTypes: z.array(z.string()).default([]),
  failoverDirections: z.array(z.string()).default([]),
  customDetails: z.looseObject({ instanceType: z.string(), description: z.string().nullish() }),
});
export type PlanAction = z.infer<typeof PlanAction>;

export const PlanGroup = z.looseObject({
  groupType: z.string(),
  replicationProtectedItems: z
    .array(z.looseObject({ id: z.string(), virtualMachineId: z.string().nullish() }))
    .nullish()
    .transform((items) => items ?? []),
  startGroupActions: z
    .array(PlanAction)
    .nullish()
    .transform((actions) => actions ?? []),
  endGroupActions: z
    .array(PlanAction)
    .nullish()
    .transform((actions) => actions ?? []),
});
export type PlanGroup = z.infer<typeof PlanGroup>;

export const RecoveryPlan = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    friendlyName: z.string(),
    primaryFabricId: z.string().nullish(),
    primaryFabricFriendlyName: z.string().nullish(),
    recoveryFabricFriendlyName: z.string().nullish(),
    allowedOperations: z.array(z.string()).default([]),
    lastPlannedFailoverTime: z.string().nullish(),
    lastUnplannedFailoverTime: z.string().nullish(),
    lastTestFailoverTime: z.string().nullish(),
    currentScenario: z
      .object({ scenarioName: z.string().nullish(), jobId: z.string().nullish(), startTime: z.string().nullish() })
      .nullish(),
    currentScenarioStatus: z.string().nullish(),
    currentScenarioStatusDescription: z.string().nullish(),
    groups: z.array(PlanGroup).default([]),
  }),
});
export type RecoveryPlan = z.infer<typeof RecoveryPlan>;
