import type { ProtectedItem } from "@/lib/domain/entities";
import type { OperationContext } from "./context";
import { readKnownDamage, type KnownDamagedPoint, type Look } from "./read-verification";

/** What checks of the vault have shown of one machine's recovery points. */
export interface ItemVerification {
  readonly runningJobId: string | null;
  /** The newest look that began when the machine had a point; null: none of its points was ever looked at. */
  readonly newest: Look | null;
  /** The newest of these that read all data. */
  readonly newestData: Look | null;
  readonly points: number;
  /** Of these, made before the newest look began. */
  readonly pointsSeen: number;
  readonly damagedPoints: readonly KnownDamagedPoint[];
}

export async function readItemVerification(context: OperationContext, item: ProtectedItem): Promise<ItemVerification> {
  const [known, points] = await Promise.all([
    readKnownDamage(context, { id: item.vaultId }),
    context.repositories.recoveryPoints.list(item.id),
  ]);
  const oldest = points[0]?.at;
  const looks = oldest === undefined ? [] : known.looks.filter(({ beganAt }) => beganAt > oldest);
  const newest = looks[0] ?? null;
  return {
    runningJobId: known.runningJobId,
    newest,
    newestData: looks.find(({ report }) => report.depth === "data") ?? null,
    points: points.length,
    pointsSeen: newest === null ? 0 : points.filter(({ at }) => at < newest.beganAt).length,
    damagedPoints: known.damagedPoints.filter((point) => point.item?.id === item.id),
  };
}
