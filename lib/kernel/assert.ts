/** A programmer's error: never handled, never shown as advice; the job stops and says that it is our bug. */
export class BugError extends Error {
  override readonly name = "BugError";
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message);
}

export function assertNever(value: never, what: string): never {
  throw new BugError(`unexpected ${what}: ${JSON.stringify(value)}`);
}
