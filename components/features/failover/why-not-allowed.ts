import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import {
  explainNotAllowed,
  PROTECTION_STATES,
  type Standing,
  type TestFailoverState,
} from "@/lib/domain/protection-state";
import type { ReplicationProvider } from "@/lib/domain/replication-provider";
import type { FailoverVerb } from "./failover-verbs";

type Operation = Exclude<FailoverVerb["operation"], "CompleteFailover">;

/** What of an item decides. */
export interface ItemStanding {
  readonly properties: Pick<
    ProtectedItemResource["properties"],
    | "friendlyName"
    | "allowedOperations"
    | "protectionState"
    | "protectionStateDescription"
    | "activeLocation"
    | "testFailoverState"
    | "currentScenario"
    | "failoverRecoveryPointId"
  > & { readonly providerSpecificDetails: { readonly instanceType: ReplicationProvider } };
}

const testStates: readonly TestFailoverState[] = ["None", "Running", "WaitingForCompletion", "MarkedForDeletion"];

/**
 * Why an operation is not possible now; null when the service allows it. The service decides (`allowedOperations`); the
 * words come from the same table that it asks. `pointIds`: the item's recovery points, or null while they are not known.
 */
export function whyNotAllowed(
  operation: Operation,
  item: ItemStanding,
  pointIds: readonly string[] | null,
): string | null {
  const { properties } = item;
  if (properties.allowedOperations.includes(operation)) return null;
  const standing = standingOf(item, pointIds);
  const explanation = standing && explainNotAllowed(operation, standing, properties.friendlyName);
  if (explanation) return `${explanation.possibleCauses} ${explanation.recommendedAction}`;
  return `Not possible while the machine's state is “${properties.protectionStateDescription}”.`;
}

/** What the state table needs, read from the wire. Null for a state that this page does not know. */
function standingOf({ properties }: ItemStanding, pointIds: readonly string[] | null): Standing | null {
  const state = PROTECTION_STATES.find((one) => one === properties.protectionState);
  const testFailoverState = testStates.find((one) => one === properties.testFailoverState);
  if (state === undefined || testFailoverState === undefined) return null;
  const scenario = properties.currentScenario;
  const isTestUp = testFailoverState === "WaitingForCompletion";
  const isHeld = scenario.scenarioName !== "None";
  const startedAt = scenario.startTime;
  const used = properties.failoverRecoveryPointId?.toLowerCase();
  return {
    provider: properties.providerSpecificDetails.instanceType,
    state,
    activeLocation: properties.activeLocation,
    testFailoverState,
    // While a test is up the service goes on naming it as the scenario, although no job holds the item any more.
    holder: isHeld && !isTestUp ? { friendlyName: words(scenario.scenarioName), startedAt } : null,
    testStartedAt: isTestUp && isHeld ? startedAt : null,
    hasRecoveryPoint: pointIds === null || pointIds.length > 0,
    hasOtherRecoveryPoint: pointIds === null || pointIds.some((id) => id.toLowerCase() !== used),
  };
}

/** `TestFailover` as "Test failover". */
function words(scenario: string): string {
  const text = scenario.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
