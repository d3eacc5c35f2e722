import { describeCheck, type ApplicationCheck } from "@/lib/domain/evidence-settings";
import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import type { RecordedMachine } from "@/lib/domain/failover-record";
import type { StepContext } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { ProbeAnswer } from "../ports/application-probe";
import { readEvidenceSettings } from "./evidence-settings";
import { matchesPattern } from "./pattern";
import { runCheckScript } from "./run-check-script";

const POLL_MS = 250;
const ATTEMPT_MS_MAX = 10_000;

type Checked = NonNullable<RecordedMachine["applicationCheck"]>;

/**
 * Tries the machine's application check until it is passed or its time is up. Null: none is set. A check that fails is a
 * finding about the run, never a reason to take the machine back. Repeatable.
 */
export async function checkApplication(
  step: StepContext<OperationContext>,
  request: { readonly item: ProtectedItem; readonly machine: DeployedMachine; readonly notBootedReason: string | null },
): Promise<Checked | null> {
  const { clock } = step.services;
  const { applicationCheck: check } = await readEvidenceSettings(step.services, request.item.id);
  if (check === null) return null;
  const startedMs = clock.monotonicMs();
  const answer =
    request.notBootedReason === null
      ? await untilPassed(step, request, check, startedMs)
      : { passed: false, detail: "it was not made, because the machine was not booted" };
  const checked: Checked = {
    what: describeCheck(check),
    ...answer,
    at: clock.now().toISOString(),
    seconds: Math.round(clock.monotonicMs() - startedMs) / 1000,
  };
  if (!checked.passed) step.warn(notPassed(request.item, checked));
  return checked;
}

async function untilPassed(
  step: StepContext<OperationContext>,
  request: { readonly item: ProtectedItem; readonly machine: DeployedMachine },
  check: ApplicationCheck,
  startedMs: number,
): Promise<ProbeAnswer> {
  if (check.kind === "Runbook") return byScript(step, { ...request, check });
  const { clock } = step.services;
  const untilMs = startedMs + check.timeoutSeconds * 1000;
  for (;;) {
    const leftMs = untilMs - clock.monotonicMs();
    const answer = await attempt(step, request.machine, check, Math.max(1, Math.min(leftMs, ATTEMPT_MS_MAX)));
    if (answer.passed) return answer;
    if (clock.monotonicMs() + POLL_MS >= untilMs) {
      return { passed: false, detail: `${answer.detail} (tried for ${check.timeoutSeconds} s)` };
    }
    await clock.sleep(POLL_MS, step.signal);
  }
}

async function attempt(
  step: StepContext<OperationContext>,
  machine: DeployedMachine,
  check: Exclude<ApplicationCheck, { kind: "Runbook" }>,
  timeoutMs: number,
): Promise<ProbeAnswer> {
  const { region, applicationProbe } = step.services;
  const limits = { timeoutMs, signal: step.signal };
  switch (check.kind) {
    case "SerialPattern": {
      const seen = await region.get(machine.id);
      if (seen === null) return { passed: false, detail: "the machine is gone" };
      const line = seen.serial.split("\n").find((one) => matchesPattern(check.pattern, one));
      if (line !== undefined) return { passed: true, detail: `it showed: ${line.trim().slice(0, 200)}` };
      // A pattern may span lines.
      const passed = matchesPattern(check.pattern, seen.serial);
      return { passed, detail: passed ? "the console shows it" : "the console does not show it" };
    }
    case "TcpPort":
      return applicationProbe.connect(check.host, check.port, limits);
    case "Http": {
      const { status, pattern } = check;
      const matches = pattern === null ? null : (body: string) => matchesPattern(pattern, body);
      return applicationProbe.get(check.url, { status, matches }, limits);
    }
  }
}

/** What keeps a script from ending well is the answer of the check, not a failure of the failover. */
async function byScript(
  step: StepContext<OperationContext>,
  request: Parameters<typeof runCheckScript>[1],
): Promise<ProbeAnswer> {
  try {
    return await runCheckScript(step, request);
  } catch (error) {
    step.signal.throwIfAborted();
    if (!(error instanceof Fault)) throw error;
    return { passed: false, detail: error.message };
  }
}

function notPassed(item: ProtectedItem, checked: Checked) {
  return {
    code: "ApplicationCheckFailed",
    message: `The application check of ${item.machineName} failed (${checked.what}): ${checked.detail}.`,
    possibleCauses: "The application did not start, needs longer than the time limit, or answers elsewhere.",
    recommendedAction: "Look at the machine's console. The machine runs; the record of the run has this finding.",
  };
}
