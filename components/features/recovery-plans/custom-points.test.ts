import { describe, expect, it } from "vitest";
import type { ProtectedItemResource, RecoveryPointResource } from "@/lib/contract/protected-items";
import { chosenPoints, pointUnits, type MachinePoints } from "./custom-points";

/** Only what the choice of points looks at. */
const machine = (id: string, group: string | null, points: readonly RecoveryPointResource[]): MachinePoints => ({
  item: {
    id,
    properties: { friendlyName: id, providerSpecificDetails: { multiVmGroupName: group } },
  } as ProtectedItemResource,
  points,
});
const point = (id: string, second: number, stamp: string | null = null, orders: number | null = 10) =>
  ({
    id,
    properties: {
      recoveryPointTime: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
      recoveryPointType: "CrashConsistent",
      providerSpecificDetails: {
        orders: orders === null ? null : { count: orders, lastAt: null },
        isMultiVmSyncPoint: stamp !== null,
        multiVmStamp: stamp,
      },
    },
  }) as RecoveryPointResource;

describe("custom recovery points", () => {
  it("are chosen machine by machine outside of consistency groups", () => {
    const units = pointUnits([machine("web", null, [point("w2", 2), point("w1", 1)]), machine("crm", null, [])]);
    expect(units.map(({ machines, moments }) => [machines.length, moments.map(({ key }) => key)])).toEqual([
      [1, ["w2", "w1"]],
      [1, []],
    ]);
    expect(chosenPoints(units, new Map([["web", "w1"]]))).toEqual([
      { replicationProtectedItemId: "web", recoveryPointId: "w1" },
    ]);
  });

  it("are one instant for all machines of a consistency group, and only cuts that all of them have", () => {
    const units = pointUnits([
      machine("sql", "Shop", [point("s3", 30, "c3"), point("s2", 20, "c2"), point("s1", 10, null)]),
      machine("app", "shop", [point("a2", 21, "c2", null), point("a1", 11, "c1")]),
    ]);
    expect(units).toHaveLength(1);
    expect(units[0]?.moments.map(({ key, orders }) => [key, orders])).toEqual([["c2", null]]);
    expect(chosenPoints(units, new Map([["group shop", "c2"]]))).toEqual([
      { replicationProtectedItemId: "sql", recoveryPointId: "s2" },
      { replicationProtectedItemId: "app", recoveryPointId: "a2" },
    ]);
  });

  it("follow the type that is chosen for all where nothing was chosen, or what was chosen has gone", () => {
    const units = pointUnits([machine("web", null, [point("w1", 1)])]);
    expect(chosenPoints(units, new Map())).toEqual([]);
    expect(chosenPoints(units, new Map([["web", "pruned"]]))).toEqual([]);
  });
});
