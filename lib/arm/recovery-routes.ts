import { drillRoutes } from "./resources/drills";
import { failoverRoutes } from "./resources/failovers";
import { jobRoutes } from "./resources/jobs";
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
  ...resynchronizationRoutes,
  ...recoveryPlanRoutes,
  ...jobRoutes,
  ...drillRoutes,
  ...readinessRoutes,
];
