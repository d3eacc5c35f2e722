import { Fault } from "@/lib/kernel/fault";
import type { DesiredReplication } from "../protocol";

export type ResynchronizationOrders = NonNullable<DesiredReplication["resynchronization"]>;

/** Why a run must read everything although there is a point to go on from. */
export interface ResynchronizationNeed {
  readonly reason: string;
  readonly compareWith: "LastPoint" | "Nothing";
}

/** What a resynchronization took. */
export interface ResynchronizationFigures {
  readonly flagId: string;
  readonly bytesCompared: number;
  readonly bytesDifferent: number;
  readonly bytesSent: number;
  readonly bytesKept: number;
}

export const RESYNCHRONIZATION_AWAITED = "ResynchronizationAwaited";

/** Not an error of the machine's: the flag at the vault says what is wrong and what it waits for. */
export function resynchronizationAwaited(machineName: string): Fault {
  return new Fault(
    {
      code: RESYNCHRONIZATION_AWAITED,
      message: `${machineName} needs resynchronization, which may not begin yet.`,
      possibleCauses: "Its settings let it begin during certain hours only, or by hand.",
      recommendedAction: "Wait for those hours, or start the resynchronization on the machine's page.",
    },
    { retryable: true },
  );
}

export function isAwaited(error: unknown): boolean {
  return error instanceof Fault && error.code === RESYNCHRONIZATION_AWAITED;
}
