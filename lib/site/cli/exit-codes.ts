import { Fault, Refusal, type Explanation } from "@/lib/kernel/fault";

/** What a script can tell apart without reading. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  credentials: 3,
  passphrase: 4,
  notReachable: 5,
  refused: 6,
  /** A check did its work and found damage. */
  damaged: 7,
} as const;

/** What was typed cannot be understood; the message says what would be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (!(error instanceof Fault) && !(error instanceof Refusal)) return EXIT.unexpected;
  if (error.code === "EnvironmentNotValid") return EXIT.usage;
  if (error.code.startsWith("Credentials")) return EXIT.credentials;
  if (/Passphrase/.test(error.code)) return EXIT.passphrase;
  if (
    ["VaultNotReachable", "VaultBusy", "EndpointNotTrusted", "SupervisorNotRunning", "PortalNotReachable"].includes(
      error.code,
    )
  ) {
    return EXIT.notReachable;
  }
  return EXIT.refused;
}

export function explanationOf(error: unknown): Explanation {
  if (error instanceof Fault || error instanceof Refusal) return error.explanation;
  return {
    code: error instanceof UsageError ? "Usage" : "InternalError",
    message: error instanceof Error ? error.message : String(error),
    possibleCauses:
      error instanceof UsageError ? "The command line cannot be understood." : "A defect in this program.",
    recommendedAction: "See `npx secondsite --help`.",
  };
}

export function describeForPeople(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\nSee \`npx secondsite --help\`.\n`;
  if (!(error instanceof Fault) && !(error instanceof Refusal)) {
    return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
  }
  const { code, message, possibleCauses, recommendedAction } = error;
  return `${message} (${code})\n  Possible causes: ${possibleCauses}\n  What to do: ${recommendedAction}\n`;
}
