import type { RunbookRun } from "@/lib/domain/automation";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import type { RunbookEnd } from "../ports/runbook-runner";

const LAST_WORDS = 600;

/** What a run has to answer for; null when it ended well. */
export function problemOfEnd(what: string, end: RunbookEnd, outputTail: string): Explanation | null {
  if (end.reason === "exited" && end.exitCode === 0) return null;
  const lastWords = outputTail.trim().slice(-LAST_WORDS);
  const printed = lastWords === "" ? "It printed nothing." : `It printed last: ${lastWords}`;
  switch (end.reason) {
    case "exited":
      return failed("RunbookFailed", `${what} ended with ${endOf(end)}.`, printed, CORRECT);
    case "notStarted":
      return failed(
        "RunbookFailed",
        `${what} could not be run.`,
        end.message,
        "Look whether its interpreter is installed.",
      );
    case "timeout":
      return failed(
        "RunbookTimedOut",
        `${what} did not end in its time and was ended. ${end.message}`,
        `It waits for something that does not come, or needs more time. ${printed}`,
        "Give the action more time, or correct the runbook. What it began may be half done: look before you restart.",
      );
    case "output":
      return failed(
        "RunbookOutputTooLarge",
        `${what} was ended. ${end.message}`,
        "A loop prints without end, or it prints a file.",
        "Let the runbook print what people need to read, and nothing else.",
      );
    case "memory":
    case "processes":
    case "folder":
      return failed("RunbookLimitReached", `${what} was ended. ${end.message}`, printed, CORRECT);
    case "cancelled":
      return failed(
        "RunbookStopped",
        `${what} was stopped. ${end.message}`.trim(),
        "Somebody stopped it, or the job that started it was cancelled.",
        "Start it again when it should run. What it began may be half done.",
      );
  }
}

const CORRECT = "Correct the runbook, test its draft, publish it, and restart the job.";

const failed = (code: string, message: string, possibleCauses: string, recommendedAction: string): Explanation => ({
  ...{ code, message, possibleCauses, recommendedAction },
});

function endOf(end: RunbookEnd): string {
  return end.exitCode === null ? `the signal ${end.signal ?? "unknown"}` : `exit code ${end.exitCode}`;
}

export function interrupted(what: string): Explanation {
  return {
    code: "RunbookInterrupted",
    message: `${what} was interrupted, and nobody knows how far it had come.`,
    possibleCauses: "The machine was restarted, or the program that watches runbooks was killed, while it ran.",
    recommendedAction:
      "Look at what the runbook has done. A restart runs it again, with the same idempotency key, by which it can tell.",
  };
}

/** The fault of a run that is known to have ended badly. */
export function faultOfRun(run: RunbookRun): Fault {
  return new Fault(run.problem ?? interrupted(whatRan(run)));
}

/** For people: "The runbook switch-dns (version 3)". */
export function whatRan(run: Pick<RunbookRun, "runbookName" | "version">): string {
  return `The runbook ${run.runbookName} (${run.version === null ? "draft" : `version ${run.version}`})`;
}
