import { describe, expect, it } from "vitest";
import {
  addGroup,
  addMachines,
  draftProblems,
  groupTitle,
  isSameDraft,
  MAX_BOOT_GROUPS,
  moveGroup,
  moveMachine,
  neighbourGroup,
  otherActionNames,
  placeAction,
  placeGroup,
  placeMachine,
  putAction,
  removalProblem,
  removeAction,
  removeGroup,
  removeMachine,
  shiftAction,
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
const look = (actionName: string): PlanAction => ({
  actionName,
  failoverTypes: ["TestFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  customDetails: { instanceType: "ManualActionDetails", description: "x" },
});
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
    const groups = plan().map((g, i) => ({ ...g, startGroupActions: [look(`before ${i}`)] }));
    const edited = removeAction(
      putAction(moveMachine(addGroup(groups), machine("sql").id, 3), 2, "endGroupActions", look("Check"), null),
      2,
      "endGroupActions",
      0,
    );
    expect(edited.slice(0, 4).map((g) => g.startGroupActions)).toEqual(groups.map((g) => g.startGroupActions));
    expect(edited[2]?.endGroupActions).toEqual([]);
  });

  it("replaces the action in its place, and knows the names that are taken", () => {
    const groups = [look("A"), look("B")].reduce((all, one) => putAction(all, 2, "endGroupActions", one, null), plan());
    const changed = putAction(groups, 2, "endGroupActions", look("C"), 0);
    expect(changed[2]?.endGroupActions.map((one) => one.actionName)).toEqual(["C", "B"]);
    expect(otherActionNames(changed, 2, "endGroupActions", 0)).toEqual(["B"]);
    expect(otherActionNames(changed, 2, "startGroupActions", null)).toEqual(["C", "B"]);
  });

  it("removes only empty groups and never the last", () => {
    expect(removalProblem(plan(), 2)).toMatch(/machines first/);
    expect(removalProblem(plan(), 0)).toMatch(/every plan/);
    const one = removeGroup(plan(), 3);
    expect(one).toHaveLength(3);
    expect(removalProblem(removeMachine(one, machine("sql").id), 2)).toMatch(/at least one/);
    expect(removeGroup(one, 2)).toHaveLength(3);
  });

  it("takes a group to the place of another, and never among the service's own", () => {
    const groups = [...plan().slice(0, 2), group("Boot", "a"), group("Boot", "b"), group("Boot", "c")];
    const order = (of: readonly PlanGroup[]) =>
      of.map(({ groupType, replicationProtectedItems: [first] }) => first?.virtualMachineId ?? groupType);
    expect(order(placeGroup(groups, 2, 4))).toEqual(["Shutdown", "Failover", "b", "c", "a"]);
    expect(order(placeGroup(groups, 4, 2))).toEqual(["Shutdown", "Failover", "c", "a", "b"]);
    for (const [from, to] of [
      [3, 3],
      [2, 1],
      [0, 3],
      [9, 3],
    ] as const)
      expect(placeGroup(groups, from, to)).toEqual(groups);
  });

  it("stops at seven groups", () => {
    let groups = plan();
    for (let count = 0; count < 12; count += 1) groups = addGroup(groups);
    expect(groups.filter((g) => g.groupType === "Boot")).toHaveLength(MAX_BOOT_GROUPS);
  });

  it("says why it cannot be saved, and knows when nothing changed", () => {
    expect(draftProblems(plan())).toEqual(["Group 2 is empty: add a machine to it or remove the group."]);
    expect(draftProblems(removeMachine(plan(), machine("sql").id))).toEqual(["Add at least one machine to the plan."]);
    const action = look("Look");
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

  it("puts a dragged machine before the one it was dropped on, in its own group or another", () => {
    const three = [group("Shutdown"), group("Failover"), group("Boot", "a", "b", "c"), group("Boot", "d")];
    const names = (groups: readonly PlanGroup[]) =>
      groups.slice(2).map((g) => g.replicationProtectedItems.map((item) => item.virtualMachineId));
    expect(names(placeMachine(three, machine("c").id, 2, machine("a").id))).toEqual([["c", "a", "b"], ["d"]]);
    expect(names(placeMachine(three, machine("a").id, 2, null))).toEqual([["b", "c", "a"], ["d"]]);
    expect(names(placeMachine(three, machine("a").id, 3, machine("d").id))).toEqual([
      ["b", "c"],
      ["a", "d"],
    ]);
    expect(names(placeMachine(three, machine("a").id, 2, machine("a").id))).toEqual(names(three));
    expect(names(placeMachine(three, machine("a").id, 0, null))).toEqual(names(three));
  });

  it("moves a whole group past its neighbour, never past the service's own", () => {
    const [, , first, second] = plan();
    expect(moveGroup(plan(), 3, -1).slice(2)).toEqual([second, first]);
    expect(moveGroup(plan(), 2, -1)).toEqual(plan());
    expect(moveGroup(plan(), 3, 1)).toEqual(plan());
  });

  it("moves an action within its place, to another group, and one step at a time, and loses none", () => {
    const [a, b, c] = [look("Same"), look("Same"), look("C")] as const;
    const groups = [a, b, c].reduce<PlanGroup[]>(
      (all, one) => putAction(all, 2, "startGroupActions", one, null),
      plan(),
    );
    const start = { index: 2, place: "startGroupActions" } as const;
    expect(placeAction(groups, c, start, a)[2]?.startGroupActions).toEqual([c, a, b]);
    expect(shiftAction(groups, start, 0, 1)[2]?.startGroupActions.map((one) => [a, b, c].indexOf(one))).toEqual([
      1, 0, 2,
    ]);
    expect(shiftAction(groups, start, 2, -1)[2]?.startGroupActions.map((one) => [a, b, c].indexOf(one))).toEqual([
      0, 2, 1,
    ]);
    expect(shiftAction(groups, start, 2, 1)).toEqual(groups);
    const moved = placeAction(groups, b, { index: 0, place: "endGroupActions" }, null);
    expect(moved[2]?.startGroupActions.map((one) => [a, b, c].indexOf(one))).toEqual([0, 2]);
    expect(moved[0]?.endGroupActions[0]).toBe(b);
    expect(placeAction(groups, look("Stranger"), start, null)).toEqual(groups);
  });
});
