import type { StatusTone } from "@/components/ui/status-badge";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";

/** How the state of a protected item looks. The words are the service's own description. */
export function stateTone({ properties }: ProtectedItemResource): StatusTone {
  const { protectionState, testFailoverState } = properties;
  if (/Failed$/.test(protectionState)) return "bad";
  if (testFailoverState === "WaitingForCompletion") return "waiting";
  if (protectionState === "Protected") return "good";
  if (/CommitRequired$|CommitPendingStatesBegin$/.test(protectionState)) return "waiting";
  if (/FailoverStatesBegin$/.test(protectionState)) return properties.activeLocation === "Primary" ? "waiting" : "good";
  return "busy";
}

export function healthTone(health: string | null | undefined): StatusTone {
  switch (health?.toLowerCase()) {
    case "normal":
      return "good";
    case "warning":
      return "warn";
    case "critical":
      return "bad";
    default:
      return "unknown";
  }
}

export const healthText = (health: string | null | undefined) =>
  !health || health === "None" ? "Not known yet" : health === "Normal" ? "Healthy" : health;

/** The state in one line: what a test failover waits for goes before the steady state it happens in. */
export function stateText({ properties }: ProtectedItemResource): string {
  const testing = properties.testFailoverState;
  if (testing && testing !== "None" && properties.testFailoverStateDescription)
    return testing === "WaitingForCompletion" ? "Test failover is up" : properties.testFailoverStateDescription;
  return properties.protectionStateDescription;
}

/** A test failover waits to be completed; its job has ended, although the service goes on naming it. */
export const isTestUp = ({ properties }: ProtectedItemResource) =>
  properties.testFailoverState === "WaitingForCompletion";

/** The replica is the machine now: nothing is replicated any more. */
export const isFailedOver = ({ properties }: ProtectedItemResource) => properties.activeLocation === "Recovery";

export const locationText = (location: string) =>
  location === "Recovery" ? "Azure (simulated)" : location === "Primary" ? "On-premises" : location;

/** Which way its data goes, or would go next. */
export const directionText = ({ properties }: ProtectedItemResource) =>
  properties.replicationDirection === "PrimaryToRecovery" ? "On-premises → Azure" : "Azure → on-premises";

/** It has come back from Azure; nothing is replicated before reverse replication. */
export const isFailedBack = ({ properties }: ProtectedItemResource) =>
  properties.activeLocation === "Primary" && /^Failback/.test(properties.protectionStateDescription);

/** The job that works on the item now, or null: idle items name the job "None". */
export function currentJob({
  properties,
}: ProtectedItemResource): { readonly id: string; readonly scenario: string } | null {
  const scenario = properties.currentScenario;
  const id = scenario?.jobId?.split("/").pop() ?? "";
  if (!scenario || id === "" || id === "None" || scenario.scenarioName === "None") return null;
  return { id, scenario: scenario.scenarioName ?? "" };
}
