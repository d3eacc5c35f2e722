import type { StorageAccount } from "@/lib/domain/entities";
import { sameName } from "@/lib/domain/names";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";

/** @throws Refusal StorageAccountInUse (conflict), naming what lies in it or uses it */
export async function deleteStorageAccount(context: OperationContext, account: StorageAccount): Promise<void> {
  const users = await usersOf(context, account);
  if (users.length > 0) {
    throw new Refusal("conflict", {
      code: "StorageAccountInUse",
      message: `The storage account ${account.name} cannot be deleted: ${users.join(", ")} use it.`,
      possibleCauses: "A vault keeps its data in it, a policy replicates into it, or a replica's disks lie in it.",
      recommendedAction: "Delete what uses it first.",
    });
  }
  await context.storageFolders.removeAccount(account.name);
  await context.repositories.storageAccounts.delete(account.name);
  announce(context, null, "storageAccounts", account.name);
}

async function usersOf(context: OperationContext, account: StorageAccount): Promise<string[]> {
  const { vaults, policies, protectedItems } = context.repositories;
  const users: string[] = [];
  for (const vault of await vaults.list({ subscriptionId: account.subscriptionId, resourceGroup: null })) {
    if (sameName(vault.storageAccount, account.name)) users.push(`the vault ${vault.name}`);
    for (const policy of await policies.list(vault.id)) {
      if (sameName(policy.storageAccount, account.name)) users.push(`the policy ${policy.name}`);
    }
    for (const item of await protectedItems.listByVault(vault.id)) {
      if (sameName(item.target.storageAccount, account.name)) users.push(`the machine ${item.machineName}`);
    }
  }
  if (users.length > 0) return users;
  return (await context.storageFolders.list(account.name)).map((entry) => `the folder ${entry}`);
}
