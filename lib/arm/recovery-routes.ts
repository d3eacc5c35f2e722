import { drillRoutes } from "./resources/drills";
import { failoverRoutes } from "./resources/failovers";
import { failoverStandingRoutes } from "./resources/failover-standing";
import { jobRoutes } from "./resources/jobs";
import { planActionRoutes } from "./resources/plan-actions";
import { planDocumentRoutes } from "./resources/plan-documents";
import { planOwnVerbRoutes } from "./resources/plan-own-verbs";
import { planValidationRoutes } from "./resources/plan-validation";
import { protectedItemRoutes } from "./resources/protected-items";
import { recoveryPointRoutes } from "./resources/recovery-points";
import { recoveryPlanRoutes } from "./resources/recovery-plans";
import { readinessRoutes } from "./resources/readiness";
import { resynchronizationRoutes } from "./resources/resynchronization";
import type { Route } from "./route";

/** Protection, failovers, recovery plans and their jobs. */
export const recoveryRoutes: readonly Route[] = [
  ...protectedItemRoutes,
  ...recoveryPointRoutes,
  ...failoverRoutes,
  ...failoverStandingRoutes,
  ...resynchronizationRoutes,
  ...recoveryPlanRoutes,
  ...planActionRoutes,
  ...planDocumentRoutes,
  ...planOwnVerbRoutes,
  ...planValidationRoutes,
  ...jobRoutes,
  ...drillRoutes,
  ...readinessRoutes,
];
