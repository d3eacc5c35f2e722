import type { Clock } from "@/lib/kernel/clock";
import { Refusal } from "@/lib/kernel/fault";

const FREE_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 10_000;
const PAUSE_MS_MAX = 15 * 60_000;

/** Guessing is slowed down: after some failures each further one doubles the wait. Forgotten at a restart. */
export class PassphraseAttempts {
  readonly #clock: Clock;
  readonly #vaults = new Map<string, { failures: number; openAtMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws Refusal TooManyAttempts */
  admit(vaultId: string): void {
    const waitMs = (this.#vaults.get(vaultId)?.openAtMs ?? 0) - this.#clock.monotonicMs();
    if (waitMs <= 0) return;
    throw new Refusal("notAllowed", {
      code: "TooManyAttempts",
      message: `Too many wrong passphrases were entered. Try again in ${String(Math.ceil(waitMs / 1000))} s.`,
      possibleCauses: "The passphrase was mistyped several times, or somebody tries to guess it.",
      recommendedAction: "Wait, then enter the passphrase with care, or the recovery passphrase.",
    });
  }

  failed(vaultId: string): void {
    const failures = (this.#vaults.get(vaultId)?.failures ?? 0) + 1;
    const beyond = failures - FREE_ATTEMPTS;
    const pauseMs = beyond < 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** beyond, PAUSE_MS_MAX);
    this.#vaults.set(vaultId, { failures, openAtMs: this.#clock.monotonicMs() + pauseMs });
  }

  succeeded(vaultId: string): void {
    this.#vaults.delete(vaultId);
  }
}
