import { describe, expect, it } from "vitest";
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
  type PlanAction,
  type PlanGroup,
} from "./plan-draft";

const machine = (name: string) => ({ id: `/Subscriptions/S/items/${name}`, name, virtualMachineId: name });
const group = (groupType: PlanGroup["groupType"], ...names: string[]): PlanGroup => ({
  groupType,
  replicationProtectedItems: names.map((name) => ({ id: machine(name).id, virtualMachineId: name })),
  startGroupActions: [],
  endGroupActions: [],
});
const plan = (): PlanGroup[] => [group("Shutdown"), group("Failover"), group("Boot", "sql"), group("Boot")];
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

  it("carries the actions of every group, the service's own too, through every edit", () => {
    const action = (actionName: string): PlanAction => ({
      actionName,
      failoverTypes: ["PlannedFailover"],
      failoverDirections: ["PrimaryToRecovery"],
      customDetails: { instanceType: "ManualActionDetails", description: "x" },
    });
    const groups = plan().map((g, i) => ({ ...g, startGroupActions: [action(`before ${i}`)] }));
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
    expect(edited.slice(0, 4).map((g) => g.startGroupActions)).toEqual(groups.map((g) => g.startGroupActions));
    expect(edited[2]?.endGroupActions).toEqual([]);
  });

  it("replaces the action in its place and trims what was typed", () => {
    const first = manualAction({ name: "A", instructions: "a", failoverTypes: [], failoverDirections: [] });
    const second = manualAction({ name: " B ", instructions: " b ", failoverTypes: [], failoverDirections: [] });
    const groups = putAction(putAction(plan(), 2, "startGroupActions", first, null), 2, "startGroupActions", second, 0);
    expect(groups[2]?.startGroupActions.map((a) => [a.actionName, a.customDetails])).toEqual([
      ["B", { instanceType: "ManualActionDetails", description: "b" }],
    ]);
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
    const action = manualAction({ name: "Look", instructions: "x", failoverTypes: [], failoverDirections: [] });
    const twice = putAction(
      putAction(plan(), 0, "startGroupActions", action, null),
      0,
      "endGroupActions",
      action,
      null,
    );
    expect(draftProblems(twice)).toContain(
      "All groups: shutdown has two actions named “Look”: give them different names.",
    );
    expect(isSameDraft(plan(), plan())).toBe(true);
    expect(isSameDraft(plan(), addGroup(plan()))).toBe(false);
  });
});
