import type { MachinePointWire } from "@/lib/contract/plan-validation";
import type { ProtectedItemResource, RecoveryPointResource } from "@/lib/contract/protected-items";

/** A machine of the plan with its points, newest first. */
export interface MachinePoints {
  readonly item: ProtectedItemResource;
  readonly points: readonly RecoveryPointResource[];
}

/** What is chosen together: one machine, or the plan's machines of one consistency group, which keep one instant. */
export interface PointUnit {
  readonly key: string;
  readonly group: string | null;
  readonly machines: readonly MachinePoints[];
  readonly moments: readonly Moment[];
}

/** A point in time that every machine of the unit has. */
export interface Moment {
  /** A point's id, or the stamp of the cut that a group shares. */
  readonly key: string;
  readonly at: string;
  readonly isApplicationConsistent: boolean;
  /** Orders on the disks together; null where a machine's point does not say. */
  readonly orders: number | null;
  readonly points: readonly MachinePointWire[];
}

export function pointUnits(machines: readonly MachinePoints[]): PointUnit[] {
  const units = new Map<string, MachinePoints[]>();
  for (const machine of machines) {
    const group = machine.item.properties.providerSpecificDetails.multiVmGroupName;
    const key = group === null ? machine.item.id : `group ${group.toLowerCase()}`;
    units.set(key, [...(units.get(key) ?? []), machine]);
  }
  return [...units].map(([key, members]) => {
    const group = members[0]?.item.properties.providerSpecificDetails.multiVmGroupName ?? null;
    return { key, group, machines: members, moments: group === null ? ownMoments(members) : sharedMoments(members) };
  });
}

const ownMoments = (members: readonly MachinePoints[]): Moment[] =>
  members.flatMap(({ item, points }) => points.map((point) => moment(point.id, [{ item, point }])));

/** Cuts of which every machine has its part, newest first. */
function sharedMoments(members: readonly MachinePoints[]): Moment[] {
  const [first, ...others] = members;
  return (first?.points ?? []).flatMap((point) => {
    const stamp = stampOf(point);
    if (first === undefined || stamp === null) return [];
    const parts = others.flatMap(({ item, points }) => {
      const part = points.find((one) => stampOf(one) === stamp);
      return part === undefined ? [] : [{ item, point: part }];
    });
    return parts.length === others.length ? [moment(stamp, [{ item: first.item, point }, ...parts])] : [];
  });
}

function stampOf({ properties }: RecoveryPointResource): string | null {
  const { isMultiVmSyncPoint, multiVmStamp } = properties.providerSpecificDetails;
  return isMultiVmSyncPoint ? multiVmStamp : null;
}

type Part = { readonly item: ProtectedItemResource; readonly point: RecoveryPointResource };

function moment(key: string, parts: readonly Part[]): Moment {
  const orders = parts.map(({ point }) => point.properties.providerSpecificDetails.orders?.count ?? null);
  return {
    key,
    at: parts.map(({ point }) => point.properties.recoveryPointTime).sort()[0] ?? "",
    isApplicationConsistent: parts.every(({ point }) => point.properties.recoveryPointType === "ApplicationConsistent"),
    orders: orders.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0 as number | null),
    points: parts.map(({ item, point }) => ({ replicationProtectedItemId: item.id, recoveryPointId: point.id })),
  };
}

/** The points to send: units without a choice follow the type that is chosen for all. */
export function chosenPoints(units: readonly PointUnit[], chosen: ReadonlyMap<string, string>): MachinePointWire[] {
  return units.flatMap(({ key, moments }) => moments.find((one) => one.key === chosen.get(key))?.points ?? []);
}
