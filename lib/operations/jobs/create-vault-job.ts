import type { Vault } from "@/lib/domain/entities";
import type { JobDefinition, StepContext, StepDefinition } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { announce } from "../announce";
import { requireStorageAccount } from "../choose-storage-account";
import type { OperationContext } from "../context";

type Step = StepDefinition<OperationContext>;

/** Input: {vaultId}. The vault's row exists (Creating); it is Active, or Failed, when the job has ended. */
export const createVaultJob: JobDefinition<OperationContext> = {
  scenarioName: "CreateVault",
  friendlyName: "Create Site Recovery vault",
  steps: () => [validate, createStore, createAuthority, activate],
  async beforeRestart(context, job) {
    await context.repositories.vaults.update(String(job.input["vaultId"]), { state: "Creating" });
  },
  async settle(context, job, outcome) {
    const vault = await context.repositories.vaults.get(String(job.input["vaultId"]));
    if (!vault || vault.state !== "Creating" || outcome.state === "Succeeded") return;
    await context.repositories.vaults.update(vault.id, { state: "Failed" });
    announce(context, vault.id, "vaults", vault.name);
  },
};

const validate: Step = {
  name: "CreateVaultPrerequisitesCheck",
  friendlyName: "Prerequisites check",
  taskType: "CreateVaultPrerequisitesCheck",
  async run({ services, job }) {
    const vault = await vaultOf(services, job.input);
    const account = await requireStorageAccount(services, vault.storageAccount, vault.location);
    return { details: { region: vault.location, storageAccount: account.name } };
  },
};

const createStore: Step = {
  name: "CreateVaultStore",
  friendlyName: "Create the vault's store in the storage account",
  taskType: "CreateVaultStore",
  async run({ services, job }) {
    const vault = await vaultOf(services, job.input);
    await services.storageFolders.ensureAccount(vault.storageAccount);
    await services.storageFolders.ensureVaultStore(vault);
    return { details: { storageAccount: vault.storageAccount } };
  },
};

const createAuthority: Step = {
  name: "CreateVaultAuthority",
  friendlyName: "Create the vault's certificate authority",
  taskType: "CreateVaultAuthority",
  async run({ services, job }) {
    const vault = await vaultOf(services, job.input);
    const { certificatePem } = await services.certificates.createVaultAuthority(vault);
    await services.repositories.vaults.update(vault.id, { authorityCertificate: certificatePem });
    return "done";
  },
};

const activate: Step = {
  name: "ActivateVault",
  friendlyName: "Activate the vault",
  taskType: "ActivateVault",
  async run({ services, job }: StepContext<OperationContext>) {
    const vault = await services.repositories.vaults.update(String(job.input["vaultId"]), { state: "Active" });
    announce(services, vault.id, "vaults", vault.name);
    return "done";
  },
};

async function vaultOf(context: OperationContext, input: Readonly<Record<string, unknown>>): Promise<Vault> {
  const vault = await context.repositories.vaults.get(String(input["vaultId"]));
  assert(vault, "the vault of this job is gone");
  return vault;
}
