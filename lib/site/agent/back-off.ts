import type { Random } from "@/lib/kernel/random";
import { Fault } from "@/lib/kernel/fault";

const RECONNECT_SECONDS = [1, 2, 4, 8, 16, 30];
/** Hyper-V replication to Azure: after a recoverable error 1, 2, 4, 8, 10 minutes, then every half hour. */
const REPLICATION_MINUTES = [1, 2, 4, 8, 10, 30];

/** What ends by itself when the other side is back; there is no reason to let minutes pass then. */
const OUTAGES = new Set([
  "ComputeHostUnreachable",
  "CutVoid",
  "VaultNotReachable",
  "VaultBusy",
  "ReplicationOvertaken",
]);

/** `failures`: how many in a row, at least 1. Spread by a quarter either way, so that hosts do not come back in step. */
export function reconnectDelayMs(failures: number, random: Random): number {
  const spread = 0.75 + (random.bytes(1)[0] ?? 0) / 512;
  return Math.round(nth(RECONNECT_SECONDS, failures) * 1000 * spread);
}

export function replicationDelayMs(failures: number, error: unknown, random: Random): number {
  if (isOutage(error)) return reconnectDelayMs(failures, random);
  return nth(REPLICATION_MINUTES, failures) * 60_000;
}

export function isOutage(error: unknown): boolean {
  return error instanceof Fault && OUTAGES.has(error.code);
}

function nth(values: readonly number[], failures: number): number {
  return values[Math.min(Math.max(failures, 1), values.length) - 1] ?? 0;
}
