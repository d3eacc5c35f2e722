import type { VaultCheck } from "@/lib/engine/vault/vault-check";
import type { VaultCheckResult } from "./ports/vault-data";

/** What a job keeps of what it found: bounded, so that a vault that lies in ruins does not swell the database. */
const OBJECTS_MAX = 500;
const POINTS_MAX = 200;
const EXTENTS_MAX = 100;

export interface VerificationReport {
  readonly at: string;
  readonly depth: "structure" | "data" | "scrub" | "repair";
  readonly check: VaultCheck;
  readonly coverage: VaultCheckResult["coverage"];
  /** As found, where the lists above were cut. */
  readonly damagedObjectCount: number;
  readonly damagedPointCount: number;
}

export function verificationReport(
  at: string,
  depth: VerificationReport["depth"],
  { check, coverage }: VaultCheckResult,
): VerificationReport {
  const cutDisks = (point: VaultCheck["damagedPoints"][number]) => ({
    ...point,
    disks: point.disks.map((disk) => ({
      ...disk,
      extents: disk.extents.slice(0, EXTENTS_MAX),
      objects: disk.objects.slice(0, EXTENTS_MAX),
    })),
  });
  return {
    ...{ at, depth, coverage },
    check: {
      ...check,
      damagedObjects: check.damagedObjects.slice(0, OBJECTS_MAX),
      damagedPoints: check.damagedPoints.slice(0, POINTS_MAX).map(cutDisks),
      unlistedPacks: check.unlistedPacks.slice(0, OBJECTS_MAX),
      unexpectedPoints: check.unexpectedPoints.slice(0, POINTS_MAX),
    },
    damagedObjectCount: check.damagedObjects.length,
    damagedPointCount: check.damagedPoints.length,
  };
}

/** Written by the job's step; read wherever the last check is shown. */
export function reportOf(memory: Readonly<Record<string, unknown>>): VerificationReport | null {
  return (memory["report"] as VerificationReport | undefined) ?? null;
}

/**
 * What is known to be damaged after several looks, newest first: what the newest look at everything found, and what those
 * since then have added. A structure check that finds nothing does not take back what reading has shown.
 */
export function knownDamage(
  newestFirst: readonly VerificationReport[],
): Pick<VaultCheck, "damagedObjects" | "damagedPoints" | "unlistedPacks"> {
  const whole = newestFirst.findIndex(({ depth }) => depth === "data" || depth === "repair");
  const looks = whole < 0 ? newestFirst : newestFirst.slice(0, whole + 1);
  const objects = new Map<string, VaultCheck["damagedObjects"][number]>();
  const points = new Map<string, VaultCheck["damagedPoints"][number]>();
  for (const { check } of looks) {
    for (const object of check.damagedObjects) if (!objects.has(object.name)) objects.set(object.name, object);
    for (const point of check.damagedPoints) if (!points.has(point.name)) points.set(point.name, point);
  }
  return {
    damagedObjects: [...objects.values()],
    damagedPoints: [...points.values()].sort((a, b) => (a.at < b.at ? 1 : -1)),
    unlistedPacks: newestFirst[0]?.check.unlistedPacks ?? [],
  };
}
