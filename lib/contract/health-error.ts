import { z } from "zod";

/** The service's HealthError: what is wrong, why it may be, what to do. */
export const HealthError = z.object({
  innerHealthErrors: z.array(z.never()),
  errorSource: z.string(),
  errorType: z.string(),
  errorLevel: z.enum(["Error", "Warning"]),
  errorCategory: z.string(),
  errorCode: z.string(),
  summaryMessage: z.string(),
  errorMessage: z.string(),
  possibleCauses: z.string(),
  recommendedAction: z.string(),
  creationTimeUtc: z.string(),
  recoveryProviderErrorMessage: z.string(),
  /** What it is about: a disk, a machine, a host. */
  entityId: z.string(),
  /** Stable; the rule's id for eligibility. */
  errorId: z.string(),
  customerResolvability: z.enum(["Allowed", "NotAllowed"]),
});
export type HealthError = z.infer<typeof HealthError>;
