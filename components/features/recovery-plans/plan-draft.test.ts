import { describe, expect, it } from "vitest";
import { PlanGroup } from "@/lib/client/views/recovery-plan";
import {
  addGroup,
  addMachines,
  draftProblems,
  groupTitle,
  isSameDraft,
  manualAction,
  MAX_BOOT_GROUPS,
  moveMachine,
  neighbourGroup,
  putAction,
  removalProblem,
  removeAction,
  removeGroup,
  removeMachine,
} from "./plan-draft";

const machine = (name: string) => ({ id: `/Subscriptions/S/items/${name}`, name, virtualMachineId: name });
const plan = (): PlanGroup[] => [
  PlanGroup.parse({ groupType: "Shutdown" }),
  PlanGroup.parse({ groupType: "Failover" }),
  PlanGroup.parse({ groupType: "Boot", replicationProtectedItems: [{ id: machine("sql").id }] }),
  PlanGroup.parse({ groupType: "Boot" }),
];
const ids = (groups: readonly PlanGroup[]) => groups.map((g) => g.replicationProtectedItems.map((i) => i.id));

describe("a recovery plan being edited", () => {
  it("names boot groups by their own count and never moves a machine into the service's groups", () => {
    expect(plan().map((_, index) => groupTitle(plan(), index))).toEqual([
      "All groups: shutdown",
      "All groups: failover",
      "Group 1",
      "Group 2",
    ]);
    expect(neighbourGroup(plan(), 2, -1)).toBeNull();
    expect(neighbourGroup(plan(), 2, 1)).toBe(3);
    expect(neighbourGroup(plan(), 3, 1)).toBeNull();
  });

  it("keeps a machine in exactly one group, whatever the case of its id", () => {
    const shouted = { ...machine("sql"), id: machine("sql").id.toUpperCase() };
    expect(ids(addMachines(plan(), 3, [shouted, machine("web")]))).toEqual([
      [],
      [],
      [machine("sql").id],
      [machine("web").id],
    ]);
    const moved = moveMachine(plan(), machine("sql").id, 3);
    expect(ids(moved)).toEqual([[], [], [], [machine("sql").id]]);
    expect(ids(removeMachine(moved, shouted.id))).toEqual([[], [], [], []]);
  });

  it("loses nothing when a machine is moved to a group that does not exist", () => {
    expect(ids(moveMachine(plan(), machine("sql").id, 9))).toEqual(ids(plan()));
  });

  it("carries actions of kinds it cannot edit, and their unknown fields, through every edit", () => {
    const runbook = {
      actionName: "Fail over DNS",
      failoverTypes: ["PlannedFailover"],
      failoverDirections: ["PrimaryToRecovery"],
      colour: "blue",
      customDetails: { instanceType: "AutomationRunbookActionDetails", runbookId: "/r/1", fabricLocation: "Primary" },
    };
    const groups = plan().map((g, i) => (i === 2 ? PlanGroup.parse({ ...g, startGroupActions: [runbook] }) : g));
    const edited = removeAction(
      putAction(
        moveMachine(addGroup(groups), machine("sql").id, 3),
        2,
        "endGroupActions",
        manualAction({ name: " Check ", instructions: "Look", failoverTypes: [], failoverDirections: [] }),
        null,
      ),
      2,
      "endGroupActions",
      0,
    );
    expect(edited[2]?.startGroupActions).toEqual([runbook]);
    expect(edited[2]?.endGroupActions).toEqual([]);
  });

  it("replaces the action in its place and trims what was typed", () => {
    const first = manualAction({ name: "A", instructions: "a", failoverTypes: [], failoverDirections: [] });
    const second = manualAction({ name: " B ", instructions: " b ", failoverTypes: [], failoverDirections: [] });
    const groups = putAction(putAction(plan(), 2, "startGroupActions", first, null), 2, "startGroupActions", second, 0);
    expect(groups[2]?.startGroupActions.map((a) => [a.actionName, a.customDetails.description])).toEqual([["B", "b"]]);
  });

  it("removes only empty groups and never the last", () => {
    expect(removalProblem(plan(), 2)).toMatch(/machines first/);
    expect(removalProblem(plan(), 0)).toMatch(/every plan/);
    const one = removeGroup(plan(), 3);
    expect(one).toHaveLength(3);
    expect(removalProblem(removeMachine(one, machine("sql").id), 2)).toMatch(/at least one/);
    expect(removeGroup(one, 2)).toHaveLength(3);
  });

  it("stops at seven groups", () => {
    let groups = plan();
    for (let count = 0; count < 12; count += 1) groups = addGroup(groups);
    expect(groups.filter((g) => g.groupType === "Boot")).toHaveLength(MAX_BOOT_GROUPS);
  });

  it("says why it cannot be saved, and knows when nothing changed", () => {
    expect(draftProblems(plan())).toEqual(["Group 2 is empty: add a machine to it or remove the group."]);
    expect(draftProblems(removeMachine(plan(), machine("sql").id))).toEqual(["Add at least one machine to the plan."]);
    expect(isSameDraft(plan(), plan())).toBe(true);
    expect(isSameDraft(plan(), addGroup(plan()))).toBe(false);
  });
});
