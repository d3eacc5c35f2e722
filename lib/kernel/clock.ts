/** Time as an input: production passes the system clock, tests and simulations pass their own. */
export interface Clock {
  /** Wall-clock time. May step backwards; never use it to measure a duration. */
  now(): Date;
  /** Milliseconds since an arbitrary origin; never decreases. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
