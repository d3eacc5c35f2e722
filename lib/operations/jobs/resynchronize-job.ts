import type { Vault } from "@/lib/domain/entities";
import type { ResynchronizationResult } from "@/lib/domain/resynchronization";
import { isFailedOver } from "@/lib/domain/protection-state";
import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepContext, StepDefinition, StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { vaultOf } from "../failover/replica";
import { readKnownDamage } from "../read-verification";
import { isolateKnownDamage } from "../resynchronization/isolate-known-damage";
import { RESYNCHRONIZATION_SCENARIO } from "../resynchronization/resynchronization-job-of";
import { verifyStoredAgain } from "./verify-stored-again";

type Step = StepDefinition<OperationContext>;

const POLL_MS = 500;

/**
 * Follows a resynchronization by what the host reports until the flag is down. Holds nothing: a failover need not wait. The
 * host does the work and begins again by itself after a kill of either side; the job is where people see it.
 */
export const resynchronizeJob: JobDefinition<OperationContext> = {
  scenarioName: RESYNCHRONIZATION_SCENARIO,
  friendlyName: "Resynchronize the virtual machine",
  steps: (input) => {
    if (input["storesAgain"] !== true) return [follow("Compare with the last recovery point and send what differs")];
    return [takeOutOfUse, follow("Read the machine's disks and store again what the vault has lost"), verify];
  },
};

const follow = (friendlyName: string): Step => ({
  name: "CompareAndSend",
  friendlyName,
  taskType: "Resynchronize",
  run: (step) => untilSynchronized(step, itemIdOf(step.job.input)),
});

/** Before: a damaged pack passes for stored, and what it held would not be sent. The host waits for this. */
const takeOutOfUse: Step = {
  name: "IsolateDamage",
  friendlyName: "Take damaged packs out of use, saving what can still be read",
  taskType: "IsolateDamage",
  async run(step) {
    const { flag } = await step.services.repositories.resynchronizations.get(itemIdOf(step.job.input));
    if (flag?.isolatedAt !== null) return { skip: "What was found damaged is out of use already." };
    return isolate(step);
  },
};

async function isolate({ services, job, signal }: StepContext<OperationContext>): Promise<StepOutcome> {
  const vault = await vaultOfItem(services, itemIdOf(job.input));
  if (vault === null) return { skip: NOT_PROTECTED };
  const known = await readKnownDamage(services, vault);
  const suspects = [...known.damagedObjects.map(({ name }) => name), ...known.unlistedPacks];
  const { packsRemoved, ...figures } = await isolateKnownDamage(services, vault, suspects, signal);
  return { details: { packsRemoved: packsRemoved.length, ...figures } };
}

const verify: Step = {
  name: "VerifyRepair",
  friendlyName: "Check the structure, and read everything that was stored again",
  taskType: "VerifyRepair",
  async run(step) {
    const vault = await vaultOfItem(step.services, itemIdOf(step.job.input));
    return vault === null ? { skip: NOT_PROTECTED } : verifyStoredAgain(step, vault);
  },
};

const NOT_PROTECTED = "The machine is not protected any more.";

async function vaultOfItem(context: OperationContext, itemId: string): Promise<Vault | null> {
  const item = await context.repositories.protectedItems.get(itemId);
  return item && vaultOf(context, item);
}

async function untilSynchronized(step: StepContext<OperationContext>, itemId: string): Promise<StepOutcome> {
  const { sites, clock, repositories } = step.services;
  let warnedOf = step.step.errors.at(-1)?.code ?? "";
  for (;;) {
    const item = await repositories.protectedItems.get(itemId);
    if (!item || item.state === "DisablingProtection") throw givenUp("its protection was disabled");
    if (isFailedOver(item)) throw givenUp("the machine failed over, so that its source is not replicated any more");
    const { flag, last } = await repositories.resynchronizations.get(itemId);
    if (flag === null) return { details: figures(last) };
    // Another check found more meanwhile.
    if (flag.isolatedAt === null && step.job.input["storesAgain"] === true) await isolate(step);
    const progress = sites.progress(itemId);
    if (progress?.phase === "resync" && progress.bytesTotal > 0) {
      step.progress(progress.bytesDone, progress.bytesTotal);
      step.report({ bytesCompared: progress.bytesDone, bytesSent: progress.sentBytes ?? 0 });
    }
    if (progress?.error && progress.error.code !== warnedOf) {
      warnedOf = progress.error.code;
      await step.warnNow(progress.error);
    }
    await clock.sleep(POLL_MS, step.signal);
  }
}

function figures(last: ResynchronizationResult | null): Record<string, unknown> {
  if (last === null) return {};
  const { recoveryPointAt, bytesCompared, bytesDifferent, bytesSent, bytesKept } = last;
  return { recoveryPointAt, bytesCompared, bytesDifferent, bytesSent, bytesNotComparedAgain: bytesKept };
}

function givenUp(why: string): Fault {
  return new Fault({
    code: "ResynchronizationGivenUp",
    message: `The resynchronization was given up: ${why}.`,
    possibleCauses: "Somebody disabled protection or failed the machine over while it ran.",
    recommendedAction: "Nothing. The recovery points that were there before are not touched by it.",
  });
}

function itemIdOf(input: Job["input"]): string {
  return String(input["itemId"]);
}
