import { describe, expect, it } from "vitest";
import { actionForm, actionOfForm, actionProblems, type ActionForm } from "./action-form";
import { actionText, scopeText } from "./action-summary";
import type { PlanAction } from "./plan-draft";

const around = { takenNames: ["Taken"], isShutdown: false };
const form = (change: Partial<ActionForm>): ActionForm => ({
  ...actionForm(null),
  name: "Look",
  instructions: "Look at it.",
  ...change,
});
const problems = (change: Partial<ActionForm>, place = around) => Object.keys(actionProblems(form(change), place));
const runbookId =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.Automation/automationAccounts/ops/runbooks/dns";
const scope = { failoverTypes: ["TestFailover", "Failback"], failoverDirections: ["RecoveryToPrimary"] } as const;

const actions: readonly PlanAction[] = [
  { instanceType: "ManualActionDetails", description: "Call.", timeoutMinutes: 30 } as const,
  { instanceType: "ManualActionDetails", description: "Call." } as const,
  { instanceType: "AutomationRunbookActionDetails", runbookId, timeout: "PT1H", fabricLocation: "Recovery" } as const,
  {
    instanceType: "WebhookActionDetails",
    uri: "https://x.example/h",
    secretVariableId: null,
    timeout: "PT30S",
  } as const,
].map((customDetails) => ({
  actionName: "Do",
  failoverTypes: [...scope.failoverTypes],
  failoverDirections: [...scope.failoverDirections],
  onFailure: "Continue",
  customDetails,
}));

describe("the panel of an action", () => {
  it("gives back every kind of action unchanged", () => {
    for (const action of actions) expect(actionOfForm(actionForm(action))).toEqual(action);
  });

  it("names what is wrong at its field", () => {
    expect(problems({})).toEqual([]);
    expect(problems({ name: " " })).toEqual(["name"]);
    expect(problems({ name: "Taken" })).toEqual(["name"]);
    expect(problems({ instructions: "", overdueMinutes: "0" })).toEqual(["instructions", "overdueMinutes"]);
    expect(problems({ overdueMinutes: "1.5" })).toEqual(["overdueMinutes"]);
    expect(problems({ types: [] })).toEqual(["types"]);
    expect(problems({ directions: [] })).toEqual(["directions"]);
  });

  it("refuses a failback in the direction that no failback has", () => {
    expect(problems({ types: ["Failback"] })).toEqual(["directions"]);
    expect(problems({ types: ["Failback"], directions: ["RecoveryToPrimary"] })).toEqual([]);
  });

  it("runs a runbook at the primary site only around the shutdown", () => {
    const at = { kind: "AutomationRunbookActionDetails", runbookId, fabricLocation: "Primary" } as const;
    expect(problems(at)).toEqual(["fabricLocation"]);
    expect(problems(at, { ...around, isShutdown: true })).toEqual([]);
    expect(problems({ ...at, fabricLocation: "Recovery", runbookId: null })).toEqual(["runbook"]);
  });

  it("takes an address of the web and a limit in whole seconds for a webhook", () => {
    const kind = "WebhookActionDetails";
    expect(problems({ kind, url: "https://x.example/hook" })).toEqual([]);
    for (const url of ["", "x.example", "file:///etc/passwd", "javascript:alert(1)"])
      expect(problems({ kind, url })).toEqual(["url"]);
    for (const limitSeconds of ["", "0", "86401", "1e3x"])
      expect(problems({ kind, url: "http://x", limitSeconds })).toEqual(["limitSeconds"]);
  });

  it("says in words what an action does and when", () => {
    expect(actions.map(actionText)).toEqual([
      "Manual action, overdue after 30 min",
      "Manual action",
      "Runbook dns in ops, limit 1 h",
      "Webhook x.example, unsigned, limit 30 s",
    ]);
    expect(actions[0] && scopeText(actions[0])).toBe("test, failback · back to the site");
  });
});
