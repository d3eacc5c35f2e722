import { samplesToForget, type VaultSample } from "@/lib/domain/space";
import type { VaultSpace } from "@/lib/engine/vault/vault-space";
import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import type { VaultRef } from "../ports/vault-data";
import { applyRetention } from "../space/apply-retention";
import { RECLAIM_SCENARIO } from "../space/reclaim-space";
import { betweenSweeps } from "../sweep-vault";

type Step = StepDefinition<OperationContext>;

/** Each step looks anew, so that a job which was killed goes on where it was, and what was done is not done twice. */
export const reclaimSpaceJob: JobDefinition<OperationContext> = {
  scenarioName: RECLAIM_SCENARIO,
  friendlyName: "Reclaim space",
  steps: () => [retention, compaction, sweeping, measuring],
};

const vaultOf = (input: Job["input"]): VaultRef => ({
  id: String(input["vaultId"]),
  name: String(input["vaultName"]),
  storageAccount: String(input["storageAccount"]),
});

const retention: Step = {
  name: "ApplyRetention",
  friendlyName: "Delete recovery points that the policies no longer want",
  taskType: "ApplyRetention",
  async run(step) {
    const { services, job, signal, memory } = step;
    const vault = vaultOf(job.input);
    if (memory["bytesBefore"] === undefined) {
      await step.checkpoint({ bytesBefore: await services.vaultData.storedBytes(vault) });
    }
    let deleted = 0;
    for (const item of await services.repositories.protectedItems.listByVault(vault.id)) {
      signal.throwIfAborted();
      // A job that holds the machine may be choosing among its points right now.
      if (item.heldByJobId === null) deleted += await applyRetention(services, item);
    }
    return { details: { recoveryPointsDeleted: deleted } };
  },
};

const compaction: Step = {
  name: "CompactVault",
  friendlyName: "Write what is needed more compactly",
  taskType: "CompactVault",
  async run(step) {
    const { vaultData } = step.services;
    const vault = vaultOf(step.job.input);
    const report = await betweenSweeps(vaultData, vault, () =>
      vaultData.compact(vault, {
        signal: step.signal,
        onProgress: (done, total) => step.progress(done, total),
      }),
    );
    const { packsRewritten, packsWritten, packsDamaged } = report;
    return {
      details: {
        ...{ packsRewritten, packsWritten, packsDamaged },
        rewrittenBytes: report.bytesBefore,
        writtenBytes: report.bytesAfter,
        moreNextTime: report.more,
      },
    };
  },
};

const sweeping: Step = {
  name: "SweepVault",
  friendlyName: "Delete what was announced and nobody needs",
  taskType: "SweepVault",
  async run({ services, job }) {
    const vault = vaultOf(job.input);
    const { bytesFreed } = await betweenSweeps(services.vaultData, vault, () => services.vaultData.sweep(vault));
    return { details: { bytesFreed } };
  },
};

const measuring: Step = {
  name: "MeasureVault",
  friendlyName: "Count where the bytes are",
  taskType: "MeasureVault",
  async run(step) {
    const { services, job, signal, memory } = step;
    const vault = vaultOf(job.input);
    const space = await services.vaultData.measure(vault, { signal });
    await recordSample(services, sampleOf(vault.id, services.clock.now().toISOString(), space));
    const { storedBytes, announcedBytes, reclaimableBytes } = space;
    step.remember({ space, storedBytes });
    announce(services, vault.id, "space", vault.name);
    return { details: { bytesBefore: memory["bytesBefore"], storedBytes, announcedBytes, reclaimableBytes } };
  },
};

function sampleOf(vaultId: string, at: string, space: VaultSpace): VaultSample {
  const { storedBytes, logicalBytes, deduplicatedBytes, compressedBytes, reclaimableBytes, machines } = space;
  return {
    ...{ vaultId, at, storedBytes, logicalBytes, deduplicatedBytes, compressedBytes, reclaimableBytes },
    machines: machines.map((machine) => ({ ...machine })),
  };
}

async function recordSample({ repositories, clock }: OperationContext, sample: VaultSample): Promise<void> {
  await repositories.vaultSamples.add(sample);
  const instants = (await repositories.vaultSamples.list(sample.vaultId)).map(({ at }) => at);
  const forgotten = samplesToForget(instants, clock.now());
  if (forgotten.length > 0) await repositories.vaultSamples.forget(sample.vaultId, forgotten);
}
