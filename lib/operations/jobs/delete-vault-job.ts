import type { Vault } from "@/lib/domain/entities";
import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { refuseWhileItIsUsed } from "../delete-vault";

type Step = StepDefinition<OperationContext>;

interface Input {
  readonly vaultId: string;
  readonly vaultName: string;
  readonly storageAccount: string;
  readonly previousState: Vault["state"];
}

/** Everything of the vault goes: data, keys, authority, records. Its jobs stay, as history. */
export const deleteVaultJob: JobDefinition<OperationContext> = {
  scenarioName: "DeleteVault",
  friendlyName: "Delete Site Recovery vault",
  steps: () => [check, deleteData, deleteAuthority, deleteRecords],
  async beforeRestart(context, job) {
    const { vaultId } = read(job.input);
    if (await context.repositories.vaults.get(vaultId)) {
      await context.repositories.vaults.update(vaultId, { state: "Deleting" });
    }
  },
  async settle(context, job, outcome) {
    const { vaultId, previousState } = read(job.input);
    const vault = await context.repositories.vaults.get(vaultId);
    if (!vault || outcome.state === "Succeeded") return;
    const steps = await context.jobs.steps(job.id);
    // Once data may be gone the vault can only be deleted further, never used again.
    const untouched = steps.every((step) => step.name !== deleteData.name || step.startedAt === null);
    await context.repositories.vaults.update(vaultId, { state: untouched ? previousState : "Failed" });
    announce(context, vault.id, "vaults", vault.name);
  },
};

const check: Step = {
  name: "DeleteVaultPrerequisitesCheck",
  friendlyName: "Prerequisites check",
  taskType: "DeleteVaultPrerequisitesCheck",
  async run({ services, job }) {
    const { vaultId, vaultName } = read(job.input);
    await refuseWhileItIsUsed(services, { id: vaultId, name: vaultName });
    return "done";
  },
};

const deleteData: Step = {
  name: "DeleteVaultData",
  friendlyName: "Delete the replicated data and its keys",
  taskType: "DeleteVaultData",
  irrevocable: true,
  async run({ services, job }) {
    const { vaultId, vaultName, storageAccount } = read(job.input);
    const ref = { id: vaultId, name: vaultName, storageAccount };
    const bytes = await services.vaultData.storedBytes(ref);
    await services.vaultData.deleteVault(ref);
    return { details: { bytesFreed: bytes } };
  },
};

const deleteAuthority: Step = {
  name: "DeleteVaultAuthority",
  friendlyName: "Delete the vault's certificate authority",
  taskType: "DeleteVaultAuthority",
  async run({ services, job }) {
    await services.certificates.deleteVaultAuthority(read(job.input).vaultId);
    await services.evidenceFiles.deleteVault(read(job.input).vaultId);
    await services.reportKeys.delete(read(job.input).vaultId);
    return "done";
  },
};

const deleteRecords: Step = {
  name: "DeleteVaultRecords",
  friendlyName: "Delete the vault's records",
  taskType: "DeleteVaultRecords",
  async run({ services, job }) {
    const { vaultId, vaultName } = read(job.input);
    await services.repositories.vaults.delete(vaultId);
    announce(services, vaultId, "vaults", vaultName);
    return "done";
  },
};

function read(input: Readonly<Record<string, unknown>>): Input {
  return input as unknown as Input;
}
