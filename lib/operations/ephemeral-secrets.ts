import type { Random } from "@/lib/kernel/random";

/**
 * Secrets on their way from a request to the step of a job that uses them (a passphrase). A job's input is written to the
 * database; a secret never is. It lives in this process only: after a restart it is gone, and the step says so.
 */
export class EphemeralSecrets {
  readonly #values = new Map<string, string>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Returns the reference that may be written into a job's input. */
  keep(secret: string): string {
    const reference = this.#random.uuid();
    this.#values.set(reference, secret);
    return reference;
  }

  read(reference: string): string | null {
    return this.#values.get(reference) ?? null;
  }

  forget(reference: string): void {
    this.#values.delete(reference);
  }
}
