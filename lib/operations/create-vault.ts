import type { Vault } from "@/lib/domain/entities";
import { refuseWhen, vaultNameProblem } from "@/lib/domain/names";
import { findRegion } from "@/lib/domain/regions";
import { DEFAULT_SCRUB_MIB_PER_DAY } from "@/lib/domain/scrubs";
import { regionProblem } from "@/lib/domain/vault-rules";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import { OPEN_JOB_STATES } from "./open-job";
import { chooseStorageAccount } from "./choose-storage-account";

export interface CreateVaultInput {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  /** Null: an account of the region is chosen, or made. */
  readonly storageAccount: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** True: a vault of this name must not exist (If-None-Match: *). */
  readonly onlyNew: boolean;
}

/** `job` is null when the vault was there already and only its tags were written: a PUT may be repeated. */
export interface CreateVaultResult {
  readonly vault: Vault;
  readonly job: Job | null;
}

/**
 * Makes a vault: the row at once (state Creating), everything else in the job CreateVault.
 * @throws Refusal InvalidVaultName, LocationNotAvailable, VaultNameTaken, InvalidResourceLocation, StorageAccount…
 */
export async function createVault(context: OperationContext, input: CreateVaultInput): Promise<CreateVaultResult> {
  refuseWhen(vaultNameProblem(input.name), "vaultName");
  const region = findRegion(input.location);
  if (!region) throw new Refusal("invalid", regionProblem(input.location), "location");
  const existing = await context.repositories.vaults.find(input, input.name);
  if (existing) return updateExisting(context, existing, { ...input, location: region.name });
  const account = await chooseStorageAccount(context, input, region.name);
  const vault: Vault = {
    id: context.random.uuid(),
    subscriptionId: input.subscriptionId,
    resourceGroup: input.resourceGroup,
    name: input.name,
    location: region.name,
    storageAccount: account.name,
    state: "Creating",
    resourceId: resourceIdFrom(context.random.bytes(8)),
    createdAt: context.clock.now().toISOString(),
    passphraseSetAt: null,
    scrubMiBPerDay: DEFAULT_SCRUB_MIB_PER_DAY,
    authorityCertificate: null,
    tags: input.tags,
  };
  await context.repositories.vaults.insert(vault);
  announce(context, vault.id, "vaults", vault.name);
  return { vault, job: await enqueue(context, vault) };
}

async function updateExisting(
  context: OperationContext,
  existing: Vault,
  input: CreateVaultInput,
): Promise<CreateVaultResult> {
  if (input.onlyNew) throw nameTaken(existing);
  if (existing.location !== input.location) throw otherPlace(existing, `region ${existing.location}`);
  if (input.storageAccount !== null && input.storageAccount.toLowerCase() !== existing.storageAccount.toLowerCase()) {
    throw otherPlace(existing, `storage account ${existing.storageAccount}`);
  }
  const vault = await context.repositories.vaults.update(existing.id, { tags: input.tags });
  announce(context, vault.id, "vaults", vault.name);
  if (vault.state === "Active" || vault.state === "Deleting") return { vault, job: null };
  // Not made yet: its job failed, or the server died between writing the vault and queueing the job.
  const open = await context.jobs.list({
    vaultId: vault.id,
    scenarioNames: ["CreateVault"],
    states: OPEN_JOB_STATES,
    limit: 1,
  });
  return { vault, job: open[0] ?? (await enqueue(context, vault)) };
}

function enqueue(context: OperationContext, vault: Vault): Promise<Job> {
  return context.jobs.enqueue({
    scenarioName: "CreateVault",
    vaultId: vault.id,
    input: { vaultId: vault.id },
    target: { id: vault.id, name: vault.name, type: "Vault" },
  });
}

/** The long number of the credentials file's `ResourceId`: 19 digits, never 0. */
function resourceIdFrom(bytes: Buffer): string {
  return ((bytes.readBigUInt64BE() % 9_000_000_000_000_000_000n) + 1_000_000_000_000_000_000n).toString().slice(0, 19);
}

function nameTaken(vault: Vault): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "VaultNameTaken",
      message: `A vault named ${vault.name} already exists in the resource group ${vault.resourceGroup}.`,
      possibleCauses: "Somebody created it before; names differ by more than upper and lower case.",
      recommendedAction: "Choose another name, or use the vault that exists.",
    },
    "vaultName",
  );
}

function otherPlace(vault: Vault, place: string): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "InvalidResourceLocation",
      message: `The vault ${vault.name} already exists in ${place}; it cannot be moved.`,
      possibleCauses: "The vault was created with another region or storage account.",
      recommendedAction: "Send the values that the vault has, or create a vault of another name.",
    },
    "location",
  );
}
