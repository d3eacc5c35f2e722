import type { Explanation } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { idFromHex } from "../blocks/blob-id";
import { BlockHasher } from "../blocks/block-hasher";
import type { VaultKeys } from "../keys/vault-keys";
import { parseObjectName, pointName } from "./object-names";
import { openBox, sealBox } from "./sealed-box";

export interface PointDisk {
  readonly diskId: string;
  readonly virtualSizeBytes: number;
  /** The disk's identity, lower-case hex. */
  readonly root: string;
  /** Id of the tree's top page, lower-case hex. */
  readonly top: string;
}

/** What a recovery point says about itself (docs/vault-format.md §6). */
export interface Point {
  readonly machineId: string;
  /** Instant of the cut, ISO 8601 UTC with milliseconds. */
  readonly at: string;
  readonly kind: "CrashConsistent" | "ApplicationConsistent";
  readonly disks: readonly PointDisk[];
  readonly sourceBytesRead: number;
  readonly changedBytes: number;
  readonly storedBytes: number;
  /** The workload's own count at the cut, as evidence; null when it has none. */
  readonly orders: { readonly count: number; readonly lastAt: string | null } | null;
  /** The point taken after a planned shutdown. */
  readonly final: boolean;
  /** Object name of the point that this one was made from. */
  readonly previous: string | null;
  /** Taken from the machine's replica, not from the machine; absent: from the machine. */
  readonly origin?: "replica";
  /** Why a point that was to be application-consistent is not, or what went wrong after its cut. */
  readonly quiesceProblem?: Explanation | null;
  /** The cut that this point shares with others: its name, a stamp unique to it, how many machines it is of. */
  readonly group?: { readonly name: string; readonly stamp: string; readonly size: number } | null;
}

export function encodePoint(point: Point, keys: VaultKeys, random: Random): { name: string; bytes: Buffer } {
  const text = Buffer.from(JSON.stringify({ version: 1, ...point }), "utf8");
  const bytes = sealBox("point", text, keys, random);
  return { name: pointName(point.machineId, new Date(point.at), bytes), bytes };
}

/** Null when it was altered, belongs to another vault or machine, or a root does not follow from its tree. */
export function decodePoint(name: string, bytes: Buffer, keys: VaultKeys): Point | null {
  const text = openBox("point", bytes, keys);
  const parsed = parseObjectName(name);
  if (text === null || parsed?.kind !== "points") return null;
  // The seal proves that our own writer made this text; what is left to check is what the seal cannot know.
  const point = JSON.parse(text.toString("utf8")) as Point & { version: number };
  if (point.version !== 1 || point.machineId !== parsed.machineId) return null;
  if (!name.startsWith(`points/${point.machineId}/${point.at.replace(/[-:.]/g, "")}-`)) return null;
  const hasher = new BlockHasher(keys);
  for (const disk of point.disks) {
    const top = idFromHex(disk.top);
    if (top === null || hasher.root(disk.virtualSizeBytes, top).toString("hex") !== disk.root) return null;
  }
  const { version: _version, ...rest } = point;
  return rest;
}
