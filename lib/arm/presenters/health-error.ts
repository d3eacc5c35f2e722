import type { HealthError } from "@/lib/contract/health-error";
import type { Explanation } from "@/lib/kernel/fault";

interface HealthErrorSubject {
  /** Stable; the rule's id for eligibility. */
  readonly errorId: string;
  readonly entityId: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** None, Replication, Configuration, FabricInfrastructure … (asr reference 1.3). */
  readonly category: string;
  readonly level?: HealthError["errorLevel"];
}

/** Cause and cure in the service's own shape. */
export function presentHealthError(explanation: Explanation, subject: HealthErrorSubject): HealthError {
  const { code, message, possibleCauses, recommendedAction } = explanation;
  return {
    innerHealthErrors: [],
    errorSource: "Secondsite",
    errorType: "ErrorType",
    errorLevel: subject.level ?? "Error",
    errorCategory: subject.category,
    errorCode: code,
    summaryMessage: message,
    errorMessage: message,
    possibleCauses,
    recommendedAction,
    creationTimeUtc: subject.at,
    recoveryProviderErrorMessage: "",
    entityId: subject.entityId,
    errorId: subject.errorId,
    customerResolvability: "NotAllowed",
  };
}
