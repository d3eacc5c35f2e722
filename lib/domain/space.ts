/** A person wants a recovery point kept, whatever its policy says. */
export interface RecoveryPointLock {
  readonly pointId: string;
  readonly reason: string;
  readonly lockedAt: string;
}

/** What a machine's points took when they were counted. */
export interface MachineSample {
  readonly machineId: string;
  readonly points: number;
  readonly newestBytes: number;
  readonly logicalBytes: number;
  readonly deduplicatedBytes: number;
  readonly exclusiveBytes: number;
}

/** What a vault held when it was counted, in bytes (engine/vault/vault-space says what each is). */
export interface VaultSample {
  readonly vaultId: string;
  readonly at: string;
  readonly storedBytes: number;
  readonly logicalBytes: number;
  readonly deduplicatedBytes: number;
  readonly compressedBytes: number;
  readonly reclaimableBytes: number;
  readonly machines: readonly MachineSample[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURLY_DAYS = 7;
const DAILY_DAYS = 400;

/** Keeps the last of each hour for a week, then of each day for 400 days: at most 568 samples a vault. */
export function samplesToForget(instants: readonly string[], now: Date): string[] {
  const taken = new Set<string>();
  return [...instants]
    .sort((a, b) => b.localeCompare(a))
    .filter((at) => {
      const ageMs = now.getTime() - Date.parse(at);
      if (ageMs > DAILY_DAYS * DAY_MS) return true;
      const spanMs = ageMs <= HOURLY_DAYS * DAY_MS ? HOUR_MS : DAY_MS;
      const span = `${spanMs}/${Math.floor(Date.parse(at) / spanMs)}`;
      if (taken.has(span)) return true;
      taken.add(span);
      return false;
    });
}
