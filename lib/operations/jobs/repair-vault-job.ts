import type { ProtectedItem } from "@/lib/domain/entities";
import type { JobDefinition, StepContext, StepDefinition } from "@/lib/jobs/job-definition";
import type { Job } from "@/lib/jobs/job";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { deletePoints } from "../delete-recovery-points";
import { notFetched } from "../describe-damage";
import { REPAIR_SCENARIO } from "../check-vault";
import { isolateKnownDamage } from "../resynchronization/isolate-known-damage";
import { reportOf } from "../verification-report";
import { flagMachines } from "./flag-machines-step";
import { verifyStoredAgain } from "./verify-stored-again";

type Step = StepDefinition<OperationContext>;
type Context = StepContext<OperationContext>;

interface Input {
  readonly vaultId: string;
  readonly vaultName: string;
  readonly storageAccount: string;
  readonly suspects: readonly string[];
  readonly itemIds: readonly string[];
  readonly deleteLostPoints: boolean;
}

const FETCH_MS_MAX = 30_000;

/**
 * Damage is taken out of use, the machines send what they still have of it, and what came of that is checked. Machines that
 * could not be asked are flagged: they store it again when their site is back.
 */
export const repairVaultJob: JobDefinition<OperationContext> = {
  scenarioName: REPAIR_SCENARIO,
  friendlyName: "Repair the vault",
  steps: (input) => [
    isolate,
    ...read(input).itemIds.map(fetchStep),
    verify,
    flagMachines,
    ...(read(input).deleteLostPoints ? [deleteLost] : []),
  ],
};

const isolate: Step = {
  name: "IsolateDamage",
  friendlyName: "Take damaged packs out of use, saving what can still be read",
  taskType: "IsolateDamage",
  async run({ services, job, signal }) {
    const { suspects } = read(job.input);
    const { packsRemoved, ...figures } = await isolateKnownDamage(services, vaultRef(job), suspects, signal);
    return { details: { packsRemoved: packsRemoved.length, ...figures } };
  },
};

/** The whole disk is read at the source; only what the vault does not have is sent. */
function fetchStep(itemId: string): Step {
  return {
    name: `FetchFromSource-${itemId}`,
    friendlyName: "Fetch from the machine what the vault has lost",
    taskType: "FetchFromSource",
    continueOnFailure: true,
    async run(step) {
      const item = await step.services.repositories.protectedItems.get(itemId);
      if (item === null) return { skip: "The machine is not protected any more." };
      if (item.activeLocation === "Recovery") {
        return { skip: `${item.machineName} is failed over: its source no longer has what it had.` };
      }
      try {
        return await fetch(step, item);
      } catch (error) {
        if (!(error instanceof Fault) || step.signal.aborted) throw error;
        step.warn(notFetched(item.machineName, error.explanation));
        return { skip: error.message };
      }
    },
  };
}

async function fetch({ services, signal }: Context, item: ProtectedItem) {
  const command = { type: "replicateNow", protectedItemId: item.id, final: false, storeAgain: true } as const;
  const { recoveryPointId } = await services.sites.command(item.providerId, command, {
    ...{ timeoutMs: FETCH_MS_MAX, signal },
  });
  const point = recoveryPointId === undefined ? null : await services.repositories.recoveryPoints.get(recoveryPointId);
  return {
    details: {
      machine: item.machineName,
      recoveryPoint: recoveryPointId ?? null,
      sourceBytesRead: point?.sourceBytesRead ?? null,
      storedBytes: point?.storedBytes ?? null,
    },
  };
}

const verify: Step = {
  name: "VerifyRepair",
  friendlyName: "Check the structure, and read everything that the repair has stored",
  taskType: "VerifyRepair",
  run: (step) => verifyStoredAgain(step, vaultRef(step.job)),
};

/** Points that are lost for good keep the vault from reclaiming space; who asked for it gets rid of them here. */
const deleteLost: Step = {
  name: "DeleteLostPoints",
  friendlyName: "Delete the recovery points that could not be repaired",
  taskType: "DeleteLostPoints",
  irrevocable: true,
  async run({ services, job, memory }) {
    const lost = new Set((reportOf(memory)?.check.damagedPoints ?? []).map(({ name }) => name));
    let deleted = 0;
    for (const item of await services.repositories.protectedItems.listByVault(read(job.input).vaultId)) {
      const points = await services.repositories.recoveryPoints.list(item.id);
      const gone = points.filter((point) => lost.has(point.objectName) && point.id !== item.failoverRecoveryPointId);
      await deletePoints(services, item, gone);
      deleted += gone.length;
    }
    return { details: { pointsDeleted: deleted } };
  },
};

function vaultRef(job: Job) {
  const { vaultId, vaultName, storageAccount } = read(job.input);
  return { id: vaultId, name: vaultName, storageAccount };
}

function read(input: Job["input"]): Input {
  return input as unknown as Input;
}
