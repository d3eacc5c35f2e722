import type { Explanation } from "@/lib/kernel/fault";

/** What a vault, a plan or a machine wants measured. `ownerId` of the repository: the id of whichever it is. */
export interface EvidenceSettings {
  /** Of a vault, or of a plan, whose own go before its vault's. */
  readonly targets: RecoveryTargets;
  /** Of a protected machine; null: its first sign of life is all that is looked for. */
  readonly applicationCheck: ApplicationCheck | null;
}

/** Null: none is set. */
export interface RecoveryTargets {
  readonly rpoSeconds: number | null;
  readonly rtoSeconds: number | null;
}

export type ApplicationCheck =
  | {
      readonly kind: "SerialPattern";
      /** Of RE2's grammar, which takes no longer than the text is long. */
      readonly pattern: string;
      readonly timeoutSeconds: number;
    }
  | { readonly kind: "TcpPort"; readonly host: string; readonly port: number; readonly timeoutSeconds: number }
  | {
      readonly kind: "Http";
      readonly url: string;
      /** Null: any from 200 to 299. */
      readonly status: number | null;
      /** Looked for in the first 64 KiB of the answer; null: the status is enough. */
      readonly pattern: string | null;
      readonly timeoutSeconds: number;
    }
  | {
      readonly kind: "Runbook";
      readonly accountName: string;
      readonly runbookName: string;
      readonly timeoutSeconds: number;
    };

export const NO_TARGETS: RecoveryTargets = { rpoSeconds: null, rtoSeconds: null };
export const NO_EVIDENCE_SETTINGS: EvidenceSettings = { targets: NO_TARGETS, applicationCheck: null };

export const CHECK_SECONDS_MAX = 600;
const PATTERN_CHARACTERS_MAX = 500;
const TARGET_SECONDS_MAX = 366 * 24 * 3600;

export function targetsProblem(targets: RecoveryTargets): Explanation | null {
  const given = [targets.rpoSeconds, targets.rtoSeconds].filter((seconds) => seconds !== null);
  if (given.every((seconds) => Number.isInteger(seconds) && seconds > 0 && seconds <= TARGET_SECONDS_MAX)) return null;
  return {
    code: "InvalidRecoveryTarget",
    message: "A target is a whole number of seconds, from 1 to a year, or null for none.",
    possibleCauses: "The number is negative, zero, broken or far too large.",
    recommendedAction: "Send seconds, for example 900 for a quarter of an hour.",
  };
}

/** `patternProblem`: what the engine of patterns says of one; null: it can be used. */
export function applicationCheckProblem(
  check: ApplicationCheck,
  patternProblem: (pattern: string) => string | null,
): Explanation | null {
  const { timeoutSeconds } = check;
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > CHECK_SECONDS_MAX) {
    return invalid(`Its time limit is a whole number of seconds from 1 to ${CHECK_SECONDS_MAX}.`);
  }
  const pattern = "pattern" in check ? check.pattern : null;
  if (pattern !== null) {
    if (pattern === "" || pattern.length > PATTERN_CHARACTERS_MAX) {
      return invalid(`A pattern has 1 to ${PATTERN_CHARACTERS_MAX} characters.`);
    }
    const problem = patternProblem(pattern);
    if (problem !== null) return invalid(`The pattern cannot be used: ${problem}`);
  }
  switch (check.kind) {
    case "SerialPattern":
      return null;
    case "TcpPort":
      if (!HOST.test(check.host)) return invalid("The host is a name or an address.");
      return Number.isInteger(check.port) && check.port >= 1 && check.port <= 65535
        ? null
        : invalid("A port is a whole number from 1 to 65535.");
    case "Http":
      return isHttpUrl(check.url) && (check.status === null || (check.status >= 100 && check.status <= 599))
        ? null
        : invalid("It needs an address that begins with http:// or https://, and a status from 100 to 599 or none.");
    case "Runbook":
      return check.accountName !== "" && check.runbookName !== ""
        ? null
        : invalid("It needs an account and a runbook.");
  }
}

/** In words, as records and pages show it. */
export function describeCheck(check: ApplicationCheck): string {
  switch (check.kind) {
    case "SerialPattern":
      return `The serial console shows /${check.pattern}/`;
    case "TcpPort":
      return `${check.host} accepts connections on port ${check.port}`;
    case "Http":
      return `GET ${check.url} answers ${check.status ?? "2xx"}${check.pattern === null ? "" : ` with /${check.pattern}/`}`;
    case "Runbook":
      return `The runbook ${check.accountName}/${check.runbookName} ends with exit code 0`;
  }
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45})$/;

function isHttpUrl(url: string): boolean {
  return /^https?:\/\/[^\s]{1,2000}$/.test(url) && URL.canParse(url);
}

function invalid(message: string): Explanation {
  return {
    code: "InvalidApplicationCheck",
    message: `The application check cannot be used. ${message}`,
    possibleCauses: "A value is missing, misspelt or out of range.",
    recommendedAction: "Correct it and send the check again.",
  };
}
