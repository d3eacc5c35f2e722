import { Fault } from "@/lib/kernel/fault";
import type { VaultKeys } from "../keys/vault-keys";
import type { ObjectReader } from "./object-store";
import { decodePoint, type Point } from "./point-object";
import { vaultDamage, type VaultContext } from "./vault-faults";

/** A point by its object name. Faults: VaultPointMissing, VaultPointDamaged; both name machine and point. */
export async function openPoint(
  store: ObjectReader,
  keys: VaultKeys,
  name: string,
  context: VaultContext,
): Promise<Point> {
  let bytes: Buffer;
  try {
    bytes = await store.get(name);
  } catch (error) {
    if (error instanceof Fault && error.code === "ObjectNotFound") {
      throw vaultDamage("VaultPointMissing", name, context, error);
    }
    throw error;
  }
  const point = decodePoint(name, bytes, keys);
  if (point === null) throw vaultDamage("VaultPointDamaged", name, context);
  return point;
}

/**
 * The same for a name that a listing gave: null when the point was deleted since. Points go while others work on the vault
 * (retention, a commit), and one that is gone holds on to nothing.
 */
export async function openListedPoint(
  store: ObjectReader,
  keys: VaultKeys,
  name: string,
  context: VaultContext,
): Promise<Point | null> {
  try {
    return await openPoint(store, keys, name, context);
  } catch (error) {
    if (error instanceof Fault && error.code === "VaultPointMissing") return null;
    throw error;
  }
}
