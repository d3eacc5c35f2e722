import type { StorageAccount } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { createStorageAccount } from "./create-storage-account";
import type { ResourceGroupScope } from "./ports/repositories";

export interface StorageAccountChoice extends ResourceGroupScope {
  /** Of the vault; an account that has to be made is named after it. */
  readonly name: string;
  readonly storageAccount: string | null;
}

/** The account that a new vault's data goes to: the one asked for, else the region's oldest, else a new one. */
export async function chooseStorageAccount(
  context: OperationContext,
  choice: StorageAccountChoice,
  location: string,
): Promise<StorageAccount> {
  if (choice.storageAccount !== null) return requireStorageAccount(context, choice.storageAccount, location);
  const accounts = await context.repositories.storageAccounts.list(choice);
  const here = accounts.find((account) => account.location === location);
  if (here) return here;
  const name = await freeName(context, choice.name);
  return (await createStorageAccount(context, { ...choice, name, location, azureBlob: null })).account;
}

/** @throws Refusal StorageAccountNotFound, StorageAccountInOtherRegion (the vault and its account share a region) */
export async function requireStorageAccount(
  context: OperationContext,
  name: string,
  location: string,
): Promise<StorageAccount> {
  const account = await context.repositories.storageAccounts.get(name);
  if (!account) {
    throw new Refusal(
      "invalid",
      {
        code: "StorageAccountNotFound",
        message: `There is no storage account named ${JSON.stringify(name.slice(0, 60))}.`,
        possibleCauses: "The name is misspelt, or the account was deleted.",
        recommendedAction: "Choose an account of the list, or create one first.",
      },
      "storageAccountId",
    );
  }
  if (account.location !== location) {
    throw new Refusal(
      "invalid",
      {
        code: "StorageAccountInOtherRegion",
        message: `The storage account ${account.name} is in ${account.location}, not in ${location}.`,
        possibleCauses: "A vault replicates into storage of its own region only.",
        recommendedAction: `Choose an account in ${location}, or create the vault in ${account.location}.`,
      },
      "storageAccountId",
    );
  }
  return account;
}

async function freeName(context: OperationContext, vaultName: string): Promise<string> {
  const stem = `${vaultName.toLowerCase().replaceAll(/[^a-z0-9]/g, "")}storage`;
  const plain = stem.slice(0, 24);
  if (!(await context.repositories.storageAccounts.get(plain))) return plain;
  return `${stem.slice(0, 16)}${context.random.bytes(4).toString("hex")}`;
}
