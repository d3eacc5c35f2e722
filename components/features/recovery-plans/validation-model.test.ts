import { describe, expect, it } from "vitest";
import type { PlanValidation } from "@/lib/contract/plan-validation";
import type { PlanGroup } from "./plan-draft";
import { placeText, runbookOfAction, summaryOf } from "./validation-model";

type Result = PlanValidation["properties"];
const finding = { severity: "Error", code: "X", message: "m", possibleCauses: "", recommendedAction: "r" } as const;
const machine = (ready: boolean, skippedReason: string | null = null): Result["machines"][number] => ({
  replicationProtectedItemId: "i",
  machineName: "sql",
  group: 1,
  ready,
  skippedReason,
  recoveryPoint: null,
  findings: [],
});
const action = (ready: boolean, applies = true): Result["actions"][number] => ({
  group: "1",
  position: "after",
  actionName: "Do",
  instanceType: "AutomationRunbookActionDetails",
  applies,
  ready,
  findings: [],
});
const result = (change: Partial<Result>): Result => ({
  planHash: "h",
  checkedAt: "2026-01-01T00:00:00Z",
  failoverType: "TestFailover",
  failoverDirection: "PrimaryToRecovery",
  ready: false,
  findings: [],
  machines: [],
  actions: [],
  ...change,
});

describe("the result of a validation in words", () => {
  it("counts what is blocked, not what is passed over", () => {
    expect(summaryOf(result({ ready: true, machines: [machine(true), machine(false, "over")] }))).toBe(
      "Ready: 1 machine would take part.",
    );
    expect(
      summaryOf(result({ machines: [machine(false), machine(false, "over")], actions: [action(false, false)] })),
    ).toBe("Not ready: 1 machine blocked.");
    expect(
      summaryOf(result({ findings: [finding], machines: [machine(false), machine(false)], actions: [action(false)] })),
    ).toBe("Not ready: the plan itself and 2 machines and 1 action blocked.");
  });

  it("finds the runbook of an action by its place, so that it can be opened", () => {
    const runbookId = "/s/automationAccounts/ops/runbooks/dns";
    const customDetails = { instanceType: "AutomationRunbookActionDetails", runbookId } as const;
    const groups: PlanGroup[] = (["Shutdown", "Failover", "Boot"] as const).map((groupType) => ({
      groupType,
      replicationProtectedItems: [],
      startGroupActions: [],
      endGroupActions:
        groupType === "Boot" ? [{ actionName: "Do", failoverTypes: [], failoverDirections: [], customDetails }] : [],
    }));
    expect(runbookOfAction(groups, action(true))).toEqual({ account: "ops", runbook: "dns" });
    expect(runbookOfAction(groups, { ...action(true), position: "before" })).toBeNull();
    expect(placeText({ group: "Shutdown", position: "before", actionName: "" })).toBe("before the shutdown");
  });
});
