import { nameInId } from "@/lib/client/paths";
import { secondsOfDuration } from "@/lib/contract/iso-duration";
import { formatDuration } from "@/components/ui/format";
import type { FailoverType, PlanAction } from "./plan-draft";

/** The failover types that a run of a plan has, in the order in which a person meets them. */
export const actionTypes = [
  { value: "TestFailover", label: "Test failover", short: "test" },
  { value: "PlannedFailover", label: "Planned failover", short: "planned" },
  { value: "UnplannedFailover", label: "Unplanned failover", short: "unplanned" },
  { value: "TestFailoverCleanup", label: "After test cleanup", short: "after test cleanup" },
  { value: "Failback", label: "Failback", short: "failback" },
] as const satisfies readonly { value: FailoverType; label: string; short: string }[];

export const actionDirections = [
  { value: "PrimaryToRecovery", label: "From the site to Azure", short: "to Azure" },
  { value: "RecoveryToPrimary", label: "From Azure back to the site", short: "back to the site" },
] as const;

type Details = PlanAction["customDetails"];
export type ActionKind = Details["instanceType"];

export const kindLabels: Readonly<Record<ActionKind, string>> = {
  ManualActionDetails: "Manual action",
  AutomationRunbookActionDetails: "Runbook",
  WebhookActionDetails: "Webhook",
};

/** When it runs: "test, planned · to Azure". Types that no run of a plan has are named as the service names them. */
export function scopeText(action: PlanAction): string {
  const types = action.failoverTypes.map((type) => actionTypes.find((one) => one.value === type)?.short ?? type);
  const directions = actionDirections.filter(({ value }) => action.failoverDirections.includes(value));
  return `${types.join(", ")} · ${directions.map(({ short }) => short).join(" and ")}`;
}

/** What it does, in a few words: "Runbook switch-dns in ops, 10 min". */
export function actionText({ customDetails: details }: PlanAction): string {
  switch (details.instanceType) {
    case "ManualActionDetails": {
      const minutes = details.timeoutMinutes;
      return minutes ? `Manual action, overdue after ${formatDuration(minutes * 60)}` : "Manual action";
    }
    case "AutomationRunbookActionDetails": {
      const { runbook, account } = runbookIn(details.runbookId);
      return `Runbook ${runbook} in ${account}${limitText(details.timeout)}`;
    }
    case "WebhookActionDetails":
      return `Webhook ${hostOf(details.uri)}${details.secretVariableId ? ", signed" : ", unsigned"}${limitText(details.timeout)}`;
  }
}

export function runbookIn(runbookId: string): { readonly account: string; readonly runbook: string } {
  return { account: nameInId(runbookId, "automationAccounts") ?? "?", runbook: nameInId(runbookId, "runbooks") ?? "?" };
}

export function failureText(action: PlanAction): string | null {
  if (action.onFailure === "Stop") return "stops the plan when it fails";
  if (action.onFailure === "Continue") return "the plan goes on when it fails";
  return null;
}

function limitText(timeout: string | null | undefined): string {
  const seconds = timeout ? secondsOfDuration(timeout) : null;
  return seconds === null ? "" : `, limit ${formatDuration(seconds)}`;
}

function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).host : uri;
}
