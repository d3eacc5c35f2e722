import { expect, it } from "vitest";
import type { RecoveryPlanAction, RecoveryPlanGroup } from "./entities";
import { planHash } from "./plan-hash";

const action: RecoveryPlanAction = {
  name: "switch",
  failoverTypes: ["TestFailover", "PlannedFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  details: { kind: "ManualActionDetails", description: "Do it.", timeoutMinutes: null },
  onFailure: null,
};
const boot = (ids: readonly string[], actions: readonly RecoveryPlanAction[] = []): RecoveryPlanGroup => ({
  type: "Boot",
  protectedItemIds: ids,
  startActions: actions,
  endActions: [],
});

it("is the same for the same plan, however it is written down", () => {
  const { onFailure: _, ...rest } = action;
  const sparse: RecoveryPlanAction = {
    ...rest,
    failoverTypes: ["PlannedFailover", "TestFailover"],
    details: { description: "Do it.", kind: "ManualActionDetails" },
  };
  const withShutdown = [{ ...boot([]), type: "Shutdown" as const }, boot(["a"], [sparse])];
  expect(planHash(withShutdown)).toBe(planHash([boot(["a"], [action])]));
  expect(planHash([boot(["a"])])).toMatch(/^[0-9a-f]{64}$/);
});

it.each([
  ["the order of machines", [boot(["b", "a"], [action])]],
  ["the order of groups", [boot(["b"]), boot(["a"], [action])]],
  ["an action's place", [{ ...boot(["a", "b"]), endActions: [action] }]],
  [
    "an action's text",
    [boot(["a", "b"], [{ ...action, details: { ...action.details, description: "Do it!" } as never }])],
  ],
  ["an action's scope", [boot(["a", "b"], [{ ...action, failoverTypes: ["TestFailover"] }])]],
  ["what happens on failure", [boot(["a", "b"], [{ ...action, onFailure: "Continue" }])]],
  ["a missing action", [boot(["a", "b"])]],
])("changes with %s", (_, groups) => {
  expect(planHash(groups)).not.toBe(planHash([boot(["a", "b"], [action])]));
});
