import { describe, expect, it } from "vitest";
import type { RecoveryPlanAction, RecoveryPlanGroup } from "./entities";
import { actionApplies, planProblem, withServiceGroups } from "./recovery-plan-rules";

const boot = (...protectedItemIds: string[]): RecoveryPlanGroup => ({
  type: "Boot",
  protectedItemIds,
  startActions: [],
  endActions: [],
});
const action = (name: string, changes: Partial<RecoveryPlanAction> = {}): RecoveryPlanAction => ({
  name,
  failoverTypes: ["TestFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  details: { kind: "ManualActionDetails", description: "Do it." },
  ...changes,
});
const nameOf = (id: string) => (id.startsWith("no") ? null : `VM ${id}`);
const code = (...groups: RecoveryPlanGroup[]) => planProblem(groups, nameOf)?.code ?? null;

const runbook = (fabricLocation: "Primary" | "Recovery", timeoutSeconds = 60): Partial<RecoveryPlanAction> => ({
  details: {
    kind: "AutomationRunbookActionDetails",
    accountName: "a",
    runbookName: "r",
    fabricLocation,
    timeoutSeconds,
  },
});
const webhook = (url: string): Partial<RecoveryPlanAction> => ({
  details: { kind: "WebhookActionDetails", url, secret: null, timeoutSeconds: 60 },
});
const withAction = (changes: Partial<RecoveryPlanAction>) => ({ ...boot("sql"), startActions: [action("a", changes)] });

describe("the rules of recovery plans", () => {
  it("takes three groups in order", () => {
    expect(code(boot("sql"), boot("app1", "app2"), boot("web"))).toBeNull();
  });

  it.each([
    ["RecoveryPlanWithoutGroups", []],
    ["RecoveryPlanTooManyGroups", Array.from({ length: 8 }, (_, index) => boot(`m${index}`))],
    ["RecoveryPlanTooManyMachines", [boot(...Array.from({ length: 101 }, (_, index) => `m${index}`))]],
    ["RecoveryPlanGroupEmpty", [boot("sql"), boot()]],
    ["RecoveryPlanUnknownItem", [boot("nobody")]],
    ["RecoveryPlanItemTwice", [boot("sql"), boot("sql")]],
    ["RecoveryPlanGroupTakesNoItems", [{ ...boot("sql"), type: "Shutdown" as const }, boot("web")]],
    ["RecoveryPlanActionWithoutName", [{ ...boot("sql"), startActions: [action(" ")] }]],
    ["RecoveryPlanActionTwice", [{ ...boot("sql"), startActions: [action("a")], endActions: [action("a")] }]],
    ["RecoveryPlanActionScopedToNothing", [withAction({ failoverTypes: [] })]],
    ["RecoveryPlanActionScopedToNothing", [withAction({ failoverDirections: [] })]],
    ["RecoveryPlanActionScopedToNothing", [withAction({ failoverDirections: ["RecoveryToPrimary"] })]],
    ["RecoveryPlanActionTypeNotRun", [withAction({ failoverTypes: ["TestFailover", "ChangePit"] })]],
    ["RecoveryPlanActionAtPrimary", [withAction(runbook("Primary"))]],
    ["RecoveryPlanActionTimeout", [withAction(runbook("Recovery", 0))]],
    ["RecoveryPlanActionTimeout", [withAction(runbook("Recovery", 90_000))]],
    ["RecoveryPlanWebhookUrl", [withAction(webhook("file:///etc/passwd"))]],
    ["RecoveryPlanWebhookUrl", [withAction(webhook("hooks"))]],
  ])("refuses a plan with %s", (expected, groups) => {
    expect(code(...groups)).toBe(expected);
  });

  it("takes as many groups as the vault's settings allow", () => {
    const eight = Array.from({ length: 8 }, (_, index) => boot(`m${index}`));
    expect([planProblem(eight, nameOf, 8), planProblem(eight, nameOf, 7)?.code]).toEqual([
      null,
      "RecoveryPlanTooManyGroups",
    ]);
  });

  it("takes a runbook on the primary side in the Shutdown group, and a webhook anywhere", () => {
    const shutdown = { ...boot(), type: "Shutdown" as const, endActions: [action("a", runbook("Primary"))] };
    expect(code(shutdown, withAction(webhook("https://hooks.contoso.com/failover?key=1")))).toBeNull();
  });

  it("puts the service's two groups in front and loses no action", () => {
    const shutdown = { ...boot(), type: "Shutdown" as const, startActions: [action("tell the users")] };
    const groups = withServiceGroups([shutdown, boot("sql")]);
    expect(groups.map((group) => group.type)).toEqual(["Shutdown", "Failover", "Boot"]);
    expect(groups[0]?.startActions.map((one) => one.name)).toEqual(["tell the users"]);
    expect(withServiceGroups(groups)).toEqual(groups);
  });

  it("scopes an action by type and direction", () => {
    expect(actionApplies(action("a"), "TestFailover")).toBe(true);
    expect(actionApplies(action("a"), "PlannedFailover")).toBe(false);
    expect(actionApplies(action("a", { failoverDirections: ["RecoveryToPrimary"] }), "TestFailover")).toBe(false);
    const back = { failoverDirections: ["RecoveryToPrimary"] };
    const failback = action("a", { ...back, failoverTypes: ["Failback"] });
    expect(actionApplies(failback, "PlannedFailover", "RecoveryToPrimary")).toBe(true);
    expect(actionApplies(failback, "PlannedFailover")).toBe(false);
    const planned = action("a", { ...back, failoverTypes: ["PlannedFailover"] });
    expect(actionApplies(planned, "Failback", "RecoveryToPrimary")).toBe(true);
  });
});
