import type { RecoveryPoint } from "@/lib/domain/entities";
import type { OperationContext } from "../context";

/** What a host says of the resynchronization that a point came from. */
export interface ResynchronizationFigures {
  readonly flagId: string;
  readonly bytesCompared: number;
  readonly bytesDifferent: number;
  readonly bytesSent: number;
  readonly bytesKept: number;
}

/**
 * Takes the flag down that the point answers. One that was raised since stays up: it knows of something newer. So does one
 * that waits for damage to be taken out of use: the point may rely on what is damaged.
 */
export async function endResynchronization(
  context: OperationContext,
  point: RecoveryPoint,
  { flagId, ...figures }: ResynchronizationFigures,
): Promise<void> {
  const endedAt = context.clock.now().toISOString();
  await context.repositories.resynchronizations.change(point.protectedItemId, (current) => {
    const { flag } = current;
    if (flag?.id !== flagId || flag.isolatedAt === null) return null;
    const { reason, flaggedAt } = flag;
    return { ...current, flag: null, last: { reason, flaggedAt, endedAt, recoveryPointAt: point.at, ...figures } };
  });
}
