import { describe, expect, it } from "vitest";
import type { PlanAction, PlanGroup } from "./plan-draft";
import { directionText, runOrder } from "./run-order";

const action = (
  actionName: string,
  failoverTypes: PlanAction["failoverTypes"],
  failoverDirections: PlanAction["failoverDirections"] = ["PrimaryToRecovery"],
): PlanAction => ({
  actionName,
  failoverTypes,
  failoverDirections,
  customDetails: { instanceType: "ManualActionDetails", description: "x" },
});
const group = (groupType: PlanGroup["groupType"], change: Partial<PlanGroup> = {}): PlanGroup => ({
  groupType,
  replicationProtectedItems: [],
  startGroupActions: [],
  endGroupActions: [],
  ...change,
});
const items = (...names: string[]) => names.map((id) => ({ id, virtualMachineId: id }));
const groups = [
  group("Shutdown", { startGroupActions: [action("Warn the users", ["PlannedFailover", "TestFailover"])] }),
  group("Failover"),
  group("Boot", {
    replicationProtectedItems: items("sql", "crm"),
    endGroupActions: [action("Check", ["TestFailover"]), action("Welcome back", ["Failback"], ["RecoveryToPrimary"])],
  }),
  group("Boot", { replicationProtectedItems: items("web") }),
];
const order = (failoverType: "TestFailover" | "PlannedFailover", direction = "PrimaryToRecovery") =>
  runOrder(groups, { failoverType, direction: direction as "PrimaryToRecovery" }, (id) => id.toUpperCase());

describe("what a run says that it will do", () => {
  it("names groups, machines and only the actions of its own type", () => {
    expect(order("TestFailover")).toEqual([
      "Disks: make and verify the disks of all machines.",
      "Group 1: start SQL, CRM; then “Check”.",
      "Group 2: start WEB.",
    ]);
    expect(order("PlannedFailover")[0]).toBe(
      "Shutdown: first “Warn the users”; shut down the sources, the last group first.",
    );
  });

  it("takes an action of a failback for the planned failover back to the site", () => {
    expect(order("PlannedFailover", "RecoveryToPrimary")).toEqual([
      "Shutdown: stop the machines in Azure.",
      "Disks: send what has changed back to the site.",
      "Group 1: start SQL, CRM; then “Welcome back”.",
      "Group 2: start WEB.",
    ]);
    expect(directionText("RecoveryToPrimary", "branch")).toBe("Microsoft Azure → branch");
  });
});
