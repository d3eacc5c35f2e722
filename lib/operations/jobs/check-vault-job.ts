import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import type { Job } from "@/lib/jobs/job";
import { isSound, type VaultCheck } from "@/lib/engine/vault/vault-check";
import { announce } from "../announce";
import { CHECK_SCENARIO, type CheckDepth } from "../check-vault";
import type { OperationContext } from "../context";
import { damageFound } from "../describe-damage";
import { expectedPoints, withoutDeleted } from "../expected-points";
import { recordEvent } from "../record-event";
import { damagedMachines } from "../resynchronization/flag-damaged-machines";
import { verificationReport } from "../verification-report";
import { flagMachines, rememberDamaged } from "./flag-machines-step";

type Step = StepDefinition<OperationContext>;

export type CheckVaultInput = CheckDepth & {
  readonly vaultId: string;
  readonly vaultName: string;
  readonly storageAccount: string;
};

/** A check that finds damage has done its work: it succeeds, warns, and leaves its report for whoever looks. */
export const checkVaultJob: JobDefinition<OperationContext> = {
  scenarioName: CHECK_SCENARIO,
  friendlyName: "Check the vault's data",
  steps: () => [check, flagMachines],
};

const check: Step = {
  name: CHECK_SCENARIO,
  friendlyName: "Look for damage",
  taskType: CHECK_SCENARIO,
  async run(step) {
    const { services, job } = step;
    const input = read(job.input);
    const vault = { id: input.vaultId, name: input.vaultName, storageAccount: input.storageAccount };
    const expected = await expectedPoints(services, vault.id);
    const found = await services.vaultData.check(
      { vault, read: readOf(input), since: job.createdAt, expectedPoints: expected },
      { signal: step.signal, onProgress: (done, total) => step.progress(done, total) },
    );
    const still = new Set(await expectedPoints(services, vault.id));
    const lasting = { ...found, check: withoutDeleted(found.check, still) };
    const report = verificationReport(services.clock.now().toISOString(), input.depth, lasting);
    const machines = await damagedMachines(services, vault.id, lasting.check, expected);
    step.remember({ report, ...rememberDamaged(machines) });
    if (!isSound(lasting.check)) {
      const explanation = damageFound(vault.name, lasting.check);
      step.warn(explanation);
      await recordEvent(services, {
        ...{ vaultId: vault.id, type: "VmHealth", severity: "Critical", description: explanation.message },
        ...{ affectedObject: vault.name, jobId: job.id },
      });
    }
    announce(services, vault.id, "verification", vault.name);
    return { details: figures(lasting.check) };
  },
};

function readOf(input: CheckVaultInput): "none" | "all" | { budgetBytes: number } {
  if (input.depth === "structure") return "none";
  return input.depth === "data" ? "all" : { budgetBytes: input.budgetBytes };
}

function figures(check: VaultCheck): Record<string, unknown> {
  return {
    points: check.points,
    packs: check.packs,
    packsRead: check.packsRead,
    bytesRead: check.bytesRead,
    blobsVerified: check.blobsVerified,
    damagedObjects: check.damagedObjects.length,
    damagedPoints: check.damagedPoints.length,
    orphanedPacks: check.orphans.packs,
    orphanedBytes: check.orphans.bytes,
  };
}

function read(input: Job["input"]): CheckVaultInput {
  return input as unknown as CheckVaultInput;
}
