import type { AutomationAccount, RunbookRun } from "@/lib/domain/automation";
import { sameName } from "@/lib/domain/names";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";

export const RUNS_LISTED_MAX = 200;

/** @throws Refusal AutomationJobNotFound */
export async function requireRun(
  context: OperationContext,
  account: AutomationAccount,
  name: string,
): Promise<RunbookRun> {
  const run = await context.repositories.runbookRuns.get(name.toLowerCase());
  if (run?.accountId === account.id) return run;
  throw new Refusal(
    "notFound",
    {
      code: "AutomationJobNotFound",
      message: `The automation account ${account.name} has no job ${JSON.stringify(name)}.`,
      possibleCauses: "The name is misspelt, or the job is older than what is remembered.",
      recommendedAction: "List the jobs of the account and use a name from there.",
    },
    "jobName",
  );
}

/** The newest run of a runbook's draft; null: none is remembered. */
export async function newestTrialOfDraft(
  context: OperationContext,
  account: AutomationAccount,
  runbookName: string,
): Promise<RunbookRun | null> {
  const runs = await context.repositories.runbookRuns.listByAccount(account.id, { take: RUNS_LISTED_MAX });
  return runs.find((run) => run.version === null && sameName(run.runbookName, runbookName)) ?? null;
}

/** What is kept of a run's output, from a byte on; a character that is torn at the end comes with the next call. */
export async function readOutput(
  context: OperationContext,
  run: RunbookRun,
  fromByte: number,
  bytesMax: number,
): Promise<{ readonly text: string; readonly nextByte: number }> {
  const bytes = await context.runbooks.output(run.id, fromByte, bytesMax);
  const whole = bytes.subarray(0, bytes.length - tornBytes(bytes));
  const taken = whole.length === 0 ? bytes : whole;
  return { text: taken.toString("utf8"), nextByte: fromByte + taken.length };
}

/** How many bytes at the end begin a UTF-8 character that is not there as a whole. */
function tornBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}
