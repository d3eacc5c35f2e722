import type {
  Fabric,
  Policy,
  ProtectedItem,
  Provider,
  ReportedMachine,
  TargetSettings,
  Vault,
} from "@/lib/domain/entities";
import { checkEligibility } from "@/lib/domain/eligibility";
import { machineNameProblem, refuseWhen, resourceNameProblem } from "@/lib/domain/names";
import { kindOf } from "@/lib/domain/replication-provider";
import { findSize, SIZES, sizesFor, DEFAULT_SIZE } from "@/lib/domain/sizes";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import { holderOf } from "./hold-protected-item";
import { requireFabricKind } from "./require-fabric-kind";
import { requireActiveVault } from "./require-active-vault";
import { requireNetwork } from "./start-failover";

export interface EnableProtectionInput {
  readonly name: string;
  readonly fabric: Fabric;
  readonly policyName: string;
  /** The machine's id at its host. */
  readonly machineId: string;
  /** Null: all disks. */
  readonly diskIds: readonly string[] | null;
  readonly targetName: string | null;
  readonly size: string | null;
  readonly networkName: string | null;
  readonly subnetName: string | null;
  readonly storageAccount: string | null;
}

/** `job` is null when the machine is protected under this name already: a PUT may be repeated. */
export interface EnableProtectionResult {
  readonly item: ProtectedItem;
  readonly job: Job | null;
}

/**
 * The item at once (initial replication pending), the rest in the job EnableDr.
 * @throws Refusal NotProtectable (with the broken rule), MachineAlreadyProtected, SiteOfOtherKind, and those of names and
 * references
 */
export async function enableProtection(
  context: OperationContext,
  vault: Vault,
  input: EnableProtectionInput,
): Promise<EnableProtectionResult> {
  requireActiveVault(vault);
  refuseWhen(resourceNameProblem(input.name, "protected item"), "replicatedProtectedItemName");
  const { provider, machine } = await requireMachine(context, input);
  const existing = await context.repositories.protectedItems.find(input.fabric.id, input.name);
  if (existing) return again(context, existing, input);
  const other = await context.repositories.protectedItems.findByMachine(input.fabric.id, machine.id);
  if (other) throw alreadyProtected(machine, other);
  const policy = await requirePolicy(context, vault, input.policyName);
  requireFabricKind(input.fabric, kindOf(policy.provider), "properties.policyId");
  const target = await targetOf(context, vault, policy, machine, input);
  requireEligible(machine, target.machineName);
  const jobId = context.random.uuid();
  const item = newItem(context, vault, { provider, policy, machine, target, input, jobId });
  await context.repositories.protectedItems.insert(item);
  announce(context, vault.id, "replicationProtectedItems", item.name);
  return { item, job: await enqueue(context, item, jobId) };
}

function enqueue(context: OperationContext, item: ProtectedItem, id: string): Promise<Job> {
  return context.jobs.enqueue({
    id,
    scenarioName: "EnableDr",
    vaultId: item.vaultId,
    input: { itemId: item.id },
    target: { id: item.id, name: item.machineName, type: "ProtectionEntity" },
  });
}

/** A repeated PUT; or the server died between writing the item and its job, or the job failed: then it is started again. */
async function again(
  context: OperationContext,
  item: ProtectedItem,
  input: EnableProtectionInput,
): Promise<EnableProtectionResult> {
  if (item.machineId !== input.machineId) throw nameTaken(item);
  if (item.state !== "UnprotectedStatesBegin" || item.evidence["replicating"] === true) return { item, job: null };
  const holder = await holderOf(context, item);
  if (holder) return { item, job: holder };
  const jobId = context.random.uuid();
  if (item.heldByJobId !== null) await context.repositories.protectedItems.release(item.id, item.heldByJobId);
  if (!(await context.repositories.protectedItems.hold(item.id, jobId))) return { item, job: null };
  return { item, job: await enqueue(context, item, jobId) };
}

async function requireMachine(
  context: OperationContext,
  input: EnableProtectionInput,
): Promise<{ provider: Provider; machine: ReportedMachine }> {
  for (const provider of await context.repositories.providers.listByFabric(input.fabric.id)) {
    const machine = provider.inventory.find((candidate) => candidate.id === input.machineId);
    if (machine) return { provider, machine };
  }
  throw new Refusal(
    "notFound",
    {
      code: "ProtectableItemNotFound",
      message: `No host of the site ${input.fabric.name} has reported a machine with the id ${JSON.stringify(input.machineId.slice(0, 80))}.`,
      possibleCauses: "The machine was removed at its host, or the host has not reported yet.",
      recommendedAction: "Refresh the host and choose a machine of the list of protectable items.",
    },
    "properties.protectableItemId",
  );
}

async function requirePolicy(context: OperationContext, vault: Vault, name: string): Promise<Policy> {
  const policy = await context.repositories.policies.find(vault.id, name);
  if (policy) return policy;
  throw new Refusal(
    "notFound",
    {
      code: "PolicyNotFound",
      message: `The vault ${vault.name} has no replication policy named ${JSON.stringify(name.slice(0, 80))}.`,
      possibleCauses: "The name is misspelt, or the policy was deleted.",
      recommendedAction: "Create a protection group with a policy first, then protect the machine.",
    },
    "properties.policyId",
  );
}

async function targetOf(
  context: OperationContext,
  vault: Vault,
  policy: Policy,
  machine: ReportedMachine,
  input: EnableProtectionInput,
): Promise<TargetSettings> {
  const machineName = input.targetName ?? machine.name;
  refuseWhen(machineNameProblem(machineName), "properties.providerSpecificDetails.targetAzureVmName");
  await requireNetwork(context, vault, input.networkName);
  const storageAccount = input.storageAccount ?? policy.storageAccount;
  if (!(await context.repositories.storageAccounts.get(storageAccount))) throw noAccount(storageAccount);
  return {
    machineName,
    size: sizeOf(machine, input.size),
    networkName: input.networkName,
    subnetName: input.networkName === null ? null : input.subnetName,
    storageAccount,
  };
}

/** The one asked for, else the smallest that fits the source. @throws Refusal SizeNotFound */
export function sizeOf(machine: ReportedMachine | null, asked: string | null): string {
  if (asked !== null) {
    const found = findSize(asked);
    if (found) return found.name;
    throw new Refusal(
      "invalid",
      {
        code: "SizeNotFound",
        message: `${JSON.stringify(asked.slice(0, 60))} is not a size of virtual machines here.`,
        possibleCauses: "The size is misspelt, or of a later time.",
        recommendedAction: `Choose one of: ${SIZES.map((size) => size.name).join(", ")}.`,
      },
      "properties.providerSpecificDetails.targetVmSize",
    );
  }
  if (machine === null) return DEFAULT_SIZE;
  const dataDiskCount = machine.disks.filter((disk) => disk.role === "data").length;
  return sizesFor({ ...machine, dataDiskCount }, SIZES)[0]?.name ?? DEFAULT_SIZE;
}

/** @throws Refusal NotProtectable in the words of the first rule that is broken */
export function requireEligible(machine: ReportedMachine, targetName: string): void {
  const findings = checkEligibility(machine, targetName);
  const [first] = findings;
  if (!first) return;
  const all = findings.map((finding) => finding.explanation.message).join(" ");
  throw new Refusal(
    "invalid",
    { ...first.explanation, message: `${machine.name} cannot be protected. ${all}` },
    "properties.protectableItemId",
  );
}

interface ItemParts {
  readonly provider: Provider;
  readonly policy: Policy;
  readonly machine: ReportedMachine;
  readonly target: TargetSettings;
  readonly input: EnableProtectionInput;
  readonly jobId: string;
}

function newItem(context: OperationContext, vault: Vault, parts: ItemParts): ProtectedItem {
  const { provider, policy, machine, target, input, jobId } = parts;
  return {
    id: context.random.uuid(),
    vaultId: vault.id,
    fabricId: input.fabric.id,
    providerId: provider.id,
    policyId: policy.id,
    name: input.name,
    machineId: machine.id,
    machineName: machine.name,
    state: "UnprotectedStatesBegin",
    testFailoverState: "None",
    activeLocation: "Primary",
    diskIds: chosenDisks(machine, input.diskIds),
    target,
    heldByJobId: jobId,
    failoverRecoveryPointId: null,
    lastTestFailoverAt: null,
    lastFailoverAt: null,
    replicationError: null,
    consistencyGroup: null,
    createdAt: context.clock.now().toISOString(),
    evidence: {},
    revision: 1,
  };
}

/** The operating system's disk is always in it. In the machine's order, boot disk first. */
function chosenDisks(machine: ReportedMachine, asked: readonly string[] | null): string[] {
  const all = machine.disks.map((disk) => disk.id);
  if (asked === null || asked.length === 0) return all;
  const unknown = asked.find((id) => !all.includes(id));
  const os = machine.disks.find((disk) => disk.role === "os");
  if (unknown === undefined && os !== undefined && asked.includes(os.id)) return all.filter((id) => asked.includes(id));
  const message =
    unknown === undefined
      ? `The operating system disk of ${machine.name} is not among the disks to replicate.`
      : `${machine.name} has no disk with the id ${JSON.stringify(unknown.slice(0, 80))}.`;
  throw new Refusal(
    "invalid",
    {
      code: unknown === undefined ? "OsDiskNotIncluded" : "DiskNotFound",
      message,
      possibleCauses: "The list of disks is not of this machine, or leaves out the disk that it boots from.",
      recommendedAction: "Take the disks from the protectable item; include its operating system disk.",
    },
    "properties.providerSpecificDetails.disksToInclude",
  );
}

function noAccount(name: string): Refusal {
  return new Refusal(
    "notFound",
    {
      code: "StorageAccountNotFound",
      message: `There is no storage account named ${JSON.stringify(name.slice(0, 60))}.`,
      possibleCauses: "The name is misspelt, or the account was deleted.",
      recommendedAction: "Choose an account of the list, or create one first.",
    },
    "properties.providerSpecificDetails.targetStorageAccountId",
  );
}

function nameTaken(item: ProtectedItem): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "ProtectedItemNameTaken",
      message: `The name ${item.name} is in use for the protected machine ${item.machineName}.`,
      possibleCauses: "Another machine was protected under this name before.",
      recommendedAction: "Choose another name; the machine's own id always works.",
    },
    "replicatedProtectedItemName",
  );
}

function alreadyProtected(machine: ReportedMachine, item: ProtectedItem): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "MachineAlreadyProtected",
      message: `${machine.name} is protected already, under the name ${item.name}.`,
      possibleCauses: "Protection was enabled before.",
      recommendedAction: `Use the protected item ${item.name}, or disable its protection first.`,
    },
    "properties.protectableItemId",
  );
}
