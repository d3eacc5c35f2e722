import type { StepOutcome } from "@/lib/jobs/job-definition";
import type { DrillRunInput } from "./drill-run-input";
import { showInRun, testJobIdOf, vaultOf, type DrillStep } from "./drill-step";
import { isTestCompleted } from "./test-of-run";

const HOLD_LOOK_MS = 2_000;
const COMPLETED = { skip: "A person has completed the test already." } as const;

/** The test stays up: for so many minutes, or until a person says that it is over. Either way a person may complete it before. */
export function holdTest(step: DrillStep, input: DrillRunInput): Promise<StepOutcome> {
  return input.cleanUp.kind === "ByPerson"
    ? holdForPerson(step, input)
    : holdForMinutes(step, input, input.cleanUp.minutes);
}

async function holdForPerson(step: DrillStep, input: DrillRunInput): Promise<StepOutcome> {
  if (step.resumed !== null) {
    await showInRun(step, input, { state: "Running", waitsFor: null });
    return { details: { completedAt: step.resumed.at, observation: step.resumed.comments } };
  }
  if (await isCompleted(step)) return COMPLETED;
  const waitsFor = "The test is up; a person completes it.";
  await showInRun(step, input, { state: "WaitingForCleanup", waitsFor });
  return { suspend: "WaitingForDrillCompletion" };
}

/**
 * By the clock, and not before it: the end is written down first, so that a restart of the server neither shortens nor
 * prolongs the hold. A clock that is set back meanwhile does not prolong it either: then what has really passed counts.
 */
async function holdForMinutes(step: DrillStep, input: DrillRunInput, minutes: number): Promise<StepOutcome> {
  const { clock } = step.services;
  const holdMs = minutes * 60_000;
  const known = step.memory["holdUntil"];
  const until = typeof known === "string" ? known : new Date(clock.now().getTime() + holdMs).toISOString();
  if (until !== known) await step.checkpoint({ holdUntil: until });
  await showInRun(step, input, { state: "WaitingForCleanup", holdUntil: until });
  const begunMs = clock.monotonicMs();
  const leftMs = () => {
    return Math.min(Date.parse(until) - clock.now().getTime(), holdMs - (clock.monotonicMs() - begunMs));
  };
  while (leftMs() > 0) {
    if (await isCompleted(step)) return COMPLETED;
    await clock.sleep(Math.min(HOLD_LOOK_MS, leftMs()), step.signal);
  }
  await showInRun(step, input, { state: "Running", holdUntil: null });
  return { details: { heldMinutes: minutes, until } };
}

async function isCompleted(step: DrillStep): Promise<boolean> {
  const { id: vaultId } = await vaultOf(step);
  return isTestCompleted(step.services, { vaultId, testJobId: testJobIdOf(step) });
}
