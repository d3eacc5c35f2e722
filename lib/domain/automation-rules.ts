import type { Explanation } from "@/lib/kernel/fault";
import type { Runbook, RunbookKind, RunbookRun } from "./automation";

/** Azure Automation's rule for accounts. */
const ACCOUNT_NAME = /^[a-zA-Z][-a-zA-Z0-9]{4,48}[a-zA-Z0-9]$/;
/** Azure Automation's rule for runbooks. */
const RUNBOOK_NAME = /^[a-zA-Z][-a-zA-Z0-9_]{0,62}$/;
/** Narrower than Azure's: the name becomes part of the name of an environment variable. */
const VARIABLE_NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,127}$/;
export const RUNBOOK_TEXT_BYTES_MAX = 512 * 1024;
export const VARIABLE_VALUE_LENGTH_MAX = 16 * 1024;
/** A shorter one would mask half of what a runbook prints. */
export const SECRET_LENGTH_MIN = 4;

/** Null when the name may be given to an automation account. */
export function accountNameProblem(name: string): Explanation | null {
  if (ACCOUNT_NAME.test(name)) return null;
  return invalidName(
    name,
    "an automation account",
    "It has 6 to 50 characters, begins with a letter, ends with a letter or digit, and holds only letters, digits and hyphens.",
    "contoso-automation",
  );
}

export function runbookNameProblem(name: string): Explanation | null {
  if (RUNBOOK_NAME.test(name)) return null;
  return invalidName(
    name,
    "a runbook",
    "It has 1 to 63 characters, begins with a letter, and holds only letters, digits, hyphens and underscores.",
    "switch-load-balancer",
  );
}

export function variableNameProblem(name: string): Explanation | null {
  if (VARIABLE_NAME.test(name)) return null;
  return invalidName(
    name,
    "a variable",
    "It has 1 to 128 characters, begins with a letter, and holds only letters, digits and underscores: it becomes part of the name of an environment variable.",
    "ApiToken",
  );
}

/** Null when the text may be a runbook's. */
export function runbookTextProblem(text: string): Explanation | null {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= RUNBOOK_TEXT_BYTES_MAX && !text.includes("\0")) return null;
  return {
    code: "InvalidRunbookText",
    message: "The text cannot be a runbook.",
    possibleCauses:
      bytes > RUNBOOK_TEXT_BYTES_MAX
        ? `It has ${bytes} bytes; at most ${RUNBOOK_TEXT_BYTES_MAX} are taken.`
        : "It holds a zero character: a binary file was sent.",
    recommendedAction: "Send the text of a script. Let it fetch what is large.",
  };
}

/** `json`: the value on the wire, JSON in a text, as Azure Automation has it. */
export function variableValueProblem(json: string, isEncrypted: boolean): Explanation | null {
  const value = variableText(json);
  const problem = value === null ? "It is not JSON; a text is sent in quotation marks." : valueFlaw(value, isEncrypted);
  if (problem === null) return null;
  return {
    code: "InvalidVariableValue",
    message: "The value cannot be kept in a variable.",
    possibleCauses: problem,
    recommendedAction: "Send another text; an encrypted value has at least four characters.",
  };
}

/** What a runbook gets: the text of a JSON text, anything else as the JSON that it is. Null when it is no JSON. */
export function variableText(json: string): string | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "string" ? value : json;
  } catch {
    return null;
  }
}

function valueFlaw(value: string, isEncrypted: boolean): string | null {
  if (value.length > VARIABLE_VALUE_LENGTH_MAX) return `It has more than ${VARIABLE_VALUE_LENGTH_MAX} characters.`;
  if (value.includes("\0")) return "It holds a zero character, which no environment variable can hold.";
  if (isEncrypted && value.length < SECRET_LENGTH_MIN) {
    return "An encrypted value is masked in what runbooks print; one this short would mask half of it.";
  }
  return null;
}

/** As Azure Automation has it: New until the first publication, Edit while a published one has a draft. */
export function runbookState(runbook: Pick<Runbook, "draft" | "publishedVersion">): "New" | "Edit" | "Published" {
  if (runbook.publishedVersion === null) return "New";
  return runbook.draft === null ? "Published" : "Edit";
}

/** The run has ended, one way or another. */
export function hasRunEnded(run: Pick<RunbookRun, "state">): boolean {
  return run.state !== "Starting" && run.state !== "Running";
}

/** A comment line `@variable Name` (docs/runbooks.md): what a runbook asks for is given to it, and nothing else. */
const REQUEST = /^\s*(?:#|\/\/)\s*@variable\s+(\S+)\s*$/gm;

/** The names of the variables that a runbook asks for, each once, in their order. */
export function requestedVariables(text: string): string[] {
  const names = new Map<string, string>();
  for (const [, name = ""] of text.matchAll(REQUEST)) {
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return [...names.values()];
}

/** Under which name a runbook finds the value of a variable in its environment. */
export function variableEnvironmentName(name: string): string {
  return `SECONDSITE_VARIABLE_${name.toUpperCase()}`;
}

/** As people and the wire know the kinds; Azure names its present Python so. */
export const RUNBOOK_TYPES: Readonly<Record<RunbookKind, string>> = {
  Shell: "Shell",
  JavaScript: "JavaScript",
  Python: "Python3",
  PowerShell: "PowerShell",
};

export function runbookKindOf(type: string): RunbookKind | null {
  const key = type.toLowerCase();
  if (key === "python") return "Python";
  const found = (Object.keys(RUNBOOK_TYPES) as RunbookKind[]).find((kind) => RUNBOOK_TYPES[kind].toLowerCase() === key);
  return found ?? null;
}

function invalidName(name: string, what: string, rule: string, example: string): Explanation {
  return {
    code: "InvalidAutomationName",
    message: `${JSON.stringify(name.length > 90 ? `${name.slice(0, 90)}…` : name)} cannot be the name of ${what}.`,
    possibleCauses: rule,
    recommendedAction: `Choose a name such as ${example}.`,
  };
}
