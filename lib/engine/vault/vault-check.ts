/** What a check of a vault found: which objects are damaged, and what of which point that costs. Plain data. */

/**
 * `missing`: something names it and the store does not have it. `truncated`: shorter than it was stored. `altered`: its
 * content is not the one that its name names. `foreign`: stored as it is, but not sealed with this vault's keys.
 */
export type ObjectProblem = "missing" | "truncated" | "altered" | "foreign";

export interface DamagedObject {
  readonly name: string;
  readonly problem: ObjectProblem;
  /** Of a pack: blocks and pages in it that cannot be read any more. */
  readonly blobsLost: number;
}

/** Bytes of a virtual disk. */
export interface LostExtent {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export interface DamagedDisk {
  readonly diskId: string;
  readonly virtualSizeBytes: number;
  /** Ascending, not touching; at most EXTENTS_MAX, `lostBytes` counts all. */
  readonly extents: readonly LostExtent[];
  readonly lostBytes: number;
  /** Packs at fault, by name; "" stands for a pack that nobody can name any more. */
  readonly objects: readonly string[];
}

export interface DamagedPoint {
  readonly name: string;
  readonly machineId: string;
  /** Instant of the cut as its name says, ISO 8601. */
  readonly at: string;
  /** `lost`: the point's own object is gone or unreadable, so nothing of it can be restored. */
  readonly state: "lost" | "partlyLost";
  readonly disks: readonly DamagedDisk[];
}

export interface VaultCheck {
  /** `structure`: objects, sizes, trees, places. `data`: also every byte of the packs that were due. */
  readonly depth: "structure" | "data";
  readonly points: number;
  readonly packs: number;
  /** Sum of the sizes of all objects. */
  readonly storedBytes: number;
  readonly packsRead: number;
  readonly bytesRead: number;
  /** Blocks and pages that were decrypted, decompressed and hashed. */
  readonly blobsVerified: number;
  readonly damagedObjects: readonly DamagedObject[];
  readonly damagedPoints: readonly DamagedPoint[];
  /** Packs that points need and no sound index lists: readable through their own headers, slowly. */
  readonly unlistedPacks: readonly string[];
  /** Packs that no point needs: left by runs that did not finish, or by deleted points. Not a damage. */
  readonly orphans: { readonly packs: number; readonly bytes: number };
  /** Points of the store that were not expected: just made, or put back by somebody. Not a damage. */
  readonly unexpectedPoints: readonly string[];
}

export const EXTENTS_MAX = 1_000;

export function isSound(check: VaultCheck): boolean {
  return check.damagedObjects.length + check.damagedPoints.length + check.unlistedPacks.length === 0;
}
