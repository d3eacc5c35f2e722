import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import { pointsPrefix } from "@/lib/engine/vault/object-names";
import type { ObjectReader } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import type { Point } from "@/lib/engine/vault/point-object";
import type { LastPoint } from "./choose-blocks";

/**
 * Points that were committed to the store and never registered, because the agent or the vault was killed in between:
 * those of the machine that are younger than its last registered point. Oldest first. A machine without any registered
 * point has none that count: what lies there may belong to an earlier protection. Points of its replica are not ours to
 * make known: whoever took them does.
 */
export async function findUnregisteredPoints(
  store: ObjectReader,
  keys: VaultKeys,
  machine: { readonly id: string; readonly name: string },
  lastPoint: LastPoint | null,
): Promise<{ objectName: string; point: Point }[]> {
  if (lastPoint === null) return [];
  const objects = await store.list(pointsPrefix(machine.id));
  // The instant of the cut is the first part of the name, so that names sort by time.
  const younger = objects.map((object) => object.name).filter((name) => name > lastPoint.objectName);
  const found = [];
  for (const objectName of younger.sort()) {
    const point = await openPoint(store, keys, objectName, { machine: machine.name, point: objectName });
    if (point.origin !== "replica") found.push({ objectName, point });
  }
  return found;
}

/** Milliseconds since 1970 of the cut, out of the object's name (`points/<machine>/yyyymmddThhmmssmmmZ-…`). */
export function instantOfPoint(objectName: string): number | null {
  const match = /\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-/.exec(objectName);
  if (!match) return null;
  const [year, month, day, hour, minute, second, ms] = match.slice(1).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, ms);
}
