import { readContainerChoice, type ContainerInput } from "@/lib/domain/azure-storage";
import type { StorageAccount } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import { connectContainer } from "./connect-container";
import type { OperationContext } from "./context";

/**
 * A new key for the same account and container; the old one stays in use until the new one was tried.
 * @throws Refusal StorageAccountIsFolder (conflict), StorageConnectionNotValid, and what the storage says
 */
export async function replaceStorageKey(
  context: OperationContext,
  account: StorageAccount,
  input: Pick<ContainerInput, "connectionString" | "accountKey">,
): Promise<StorageAccount> {
  const { blob } = account;
  if (!blob) throw isFolder(account);
  const choice = readContainerChoice({ ...input, ...blob, accountName: blob.accountName });
  if (choice.accountName !== blob.accountName) throw otherAccount(blob.accountName);
  const connected = await connectContainer(context, account.name, { ...choice, endpoint: blob.endpoint });
  await context.repositories.storageAccounts.replaceBlob(account.name, connected);
  announce(context, null, "storageAccounts", account.name);
  return { ...account, blob: connected };
}

function isFolder(account: StorageAccount): Refusal {
  return new Refusal("conflict", {
    code: "StorageAccountIsFolder",
    message: `The storage account ${account.name} is a folder of this machine and has no key.`,
    possibleCauses: "It was created without a container in Azure.",
    recommendedAction: "Create another storage account for Azure Blob Storage, and a vault that uses it.",
  });
}

function otherAccount(expected: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "StorageAccountDiffers",
      message: `The connection string is not of the account ${expected}.`,
      possibleCauses: "It was copied from another storage account.",
      recommendedAction: `Copy it from the Access keys of ${expected}. A vault's data stays where it is.`,
    },
    "properties.azureBlob",
  );
}
