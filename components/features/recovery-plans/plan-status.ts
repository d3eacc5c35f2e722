import type { StatusTone } from "@/components/ui/status-badge";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";

/** The job that runs the plan now, or null: an idle plan names the job "None" or names none. */
export function planJobId({ properties }: RecoveryPlanResource): string | null {
  const scenario = properties.currentScenario;
  const id = scenario.jobId.split("/").pop() ?? "";
  return id === "" || id === "None" || scenario.scenarioName === "None" ? null : id;
}

export function planStatus(plan: RecoveryPlanResource): { readonly tone: StatusTone; readonly text: string } {
  const { properties } = plan;
  if (planJobId(plan) !== null) {
    const waiting = /suspended|waiting/i.test(
      `${properties.currentScenarioStatus ?? ""} ${properties.currentScenarioStatusDescription ?? ""}`,
    );
    return waiting ? { tone: "waiting", text: "Waiting for somebody" } : { tone: "busy", text: "Running" };
  }
  if (properties.allowedOperations.includes("TestFailoverCleanup")) return { tone: "waiting", text: "Test is up" };
  if (properties.allowedOperations.includes("Commit")) return { tone: "waiting", text: "Commit pending" };
  const runs = ["TestFailover", "PlannedFailover", "UnplannedFailover"];
  if (runs.some((run) => properties.allowedOperations.includes(run))) return { tone: "good", text: "Ready" };
  if (properties.allowedOperations.includes("Failback")) return { tone: "good", text: "Failed over" };
  if (properties.allowedOperations.includes("ReverseReplicate"))
    return { tone: "waiting", text: "Back at the site, not protected" };
  return { tone: "unknown", text: "Not ready" };
}

/** The newest run of any kind. */
export function lastRun({ properties }: RecoveryPlanResource): { readonly kind: string; readonly at: string } | null {
  const runs = [
    { kind: "Test failover", at: properties.lastTestFailoverTime },
    { kind: "Planned failover", at: properties.lastPlannedFailoverTime },
    { kind: "Unplanned failover", at: properties.lastUnplannedFailoverTime },
  ].flatMap(({ kind, at }) => (at ? [{ kind, at }] : []));
  return runs.sort((a, b) => b.at.localeCompare(a.at))[0] ?? null;
}

/** Why an operation on the plan is not possible now; null when the service allows it. */
export function whyPlanCannot(
  operation: string,
  plan: RecoveryPlanResource,
  hasUnsavedChanges: boolean,
): string | null {
  if (hasUnsavedChanges) return "Save or discard your changes first.";
  if (planJobId(plan) !== null && !plan.properties.allowedOperations.includes(operation))
    return "A job of this plan is running. Wait until it has ended.";
  if (plan.properties.allowedOperations.includes(operation)) return null;
  const why = plan.properties.notAllowed[operation];
  return why ? `${why.message} ${why.recommendedAction}`.trim() : "The plan does not allow this now.";
}
