import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import type { RecordedMachine } from "@/lib/domain/failover-record";
import type { StepContext } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { recordRun, runOf, type RunEvidence } from "../run-evidence";
import { checkApplication } from "./check-application";

export interface LifeRequest {
  readonly item: ProtectedItem;
  readonly machine: DeployedMachine;
  readonly kind: RunEvidence["kind"];
}

export interface SignOfLife {
  readonly at: string;
  readonly screenshot: RecordedMachine["screenshot"];
}

/** The instant, and a picture of the machine's display. Without one the run goes on: it is a warning. */
export async function seeSignOfLife(
  step: StepContext<OperationContext>,
  { item, machine }: LifeRequest,
): Promise<SignOfLife> {
  const { clock, region, evidenceFiles } = step.services;
  const at = clock.now().toISOString();
  try {
    const picture = await region.screenshot(machine.id);
    if (picture === null) return { at, screenshot: null };
    const { sha256 } = await evidenceFiles.put(item.vaultId, picture);
    return { at, screenshot: { file: `${sha256}.png`, sha256, at } };
  } catch (error) {
    step.signal.throwIfAborted();
    if (!(error instanceof Fault)) throw error;
    step.warn({
      code: "ScreenshotNotTaken",
      message: `The display of ${machine.name} could not be kept as a picture: ${error.message}`,
      possibleCauses: error.possibleCauses,
      recommendedAction: "The run is not affected. Cure what the message names before the next one.",
    });
    return { at, screenshot: null };
  }
}

/**
 * Once the machine is proven: writes down since when it is up, and makes its application check. Repeatable: the first time
 * that this machine was seen stands. `sign` null: it was verified and not booted.
 */
export async function keepSignOfLife(
  step: StepContext<OperationContext>,
  request: LifeRequest,
  sign: SignOfLife | null,
  notBootedReason: string | null = null,
): Promise<void> {
  const { services: context, job } = step;
  const { machine, kind } = request;
  const run = { jobId: job.id, kind };
  const item = (await context.repositories.protectedItems.get(request.item.id)) ?? request.item;
  const known = runOf(item, job.id)?.life;
  const seen =
    known?.machineId === machine.id
      ? known
      : {
          machineId: machine.id,
          firstSignOfLifeAt: sign?.at ?? null,
          upAt: sign?.at ?? context.clock.now().toISOString(),
          notBootedReason,
          screenshot: sign?.screenshot ?? null,
          applicationCheck: null,
        };
  await recordRun(context, item.id, run, { life: seen });
  const applicationCheck = await checkApplication(step, { item, machine, notBootedReason });
  if (applicationCheck === null) return;
  step.report({ applicationCheck: `${applicationCheck.what}: ${applicationCheck.passed ? "passed" : "failed"}` });
  await recordRun(context, item.id, run, { life: { ...seen, applicationCheck } });
}
