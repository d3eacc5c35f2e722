import { readContainerChoice, type ContainerChoice, type ContainerInput } from "@/lib/domain/azure-storage";
import type { StorageAccount } from "@/lib/domain/entities";
import { refuseWhen, sameName, storageAccountNameProblem } from "@/lib/domain/names";
import { findRegion } from "@/lib/domain/regions";
import { regionProblem } from "@/lib/domain/vault-rules";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import { connectContainer } from "./connect-container";
import type { OperationContext } from "./context";
import type { ResourceGroupScope } from "./ports/repositories";

/** @throws Refusal of the name, the region or the connection. Repeatable: an account of the same name, place and group is returned as it is. Names are unique everywhere. */
export async function createStorageAccount(
  context: OperationContext,
  input: ResourceGroupScope & {
    readonly name: string;
    readonly location: string;
    /** Null: a folder of this machine. */
    readonly azureBlob: ContainerInput | null;
  },
): Promise<{ account: StorageAccount; created: boolean }> {
  refuseWhen(storageAccountNameProblem(input.name), "accountName");
  const region = findRegion(input.location);
  if (!region) throw new Refusal("invalid", regionProblem(input.location), "location");
  const choice = input.azureBlob && readContainerChoice(input.azureBlob);
  const existing = await context.repositories.storageAccounts.get(input.name);
  if (existing) {
    if (!isSame(existing, input, region.name, choice)) throw nameTaken(existing);
    return { account: existing, created: false };
  }
  // The folder first: an account that the list shows can be written to.
  await context.storageFolders.ensureAccount(input.name);
  const blob = choice && (await connectContainer(context, input.name, choice));
  const account: StorageAccount = {
    name: input.name,
    subscriptionId: input.subscriptionId,
    resourceGroup: input.resourceGroup,
    location: region.name,
    createdAt: context.clock.now().toISOString(),
    blob,
  };
  await context.repositories.storageAccounts.insert(account);
  announce(context, null, "storageAccounts", account.name);
  return { account, created: true };
}

function isSame(
  existing: StorageAccount,
  scope: ResourceGroupScope,
  location: string,
  choice: ContainerChoice | null,
): boolean {
  return (
    existing.location === location &&
    existing.blob?.endpoint === choice?.endpoint &&
    existing.blob?.container === choice?.container &&
    sameName(existing.subscriptionId, scope.subscriptionId) &&
    sameName(existing.resourceGroup, scope.resourceGroup)
  );
}

function nameTaken(existing: StorageAccount): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "StorageAccountAlreadyTaken",
      message: `The storage account named ${existing.name} is already taken.`,
      possibleCauses: "Names of storage accounts are unique everywhere; it exists in another region or resource group.",
      recommendedAction: "Choose another name.",
    },
    "accountName",
  );
}
