import { SIMULATED_API_VERSIONS } from "@/lib/contract/api-versions";
import { listOf } from "@/lib/contract/portal";
import { StorageAccountCreation, StorageAccountResource, StorageKeyReplacement } from "@/lib/contract/region-resources";
import { sameName } from "@/lib/domain/names";
import type { StorageAccount } from "@/lib/domain/entities";
import { createStorageAccount } from "@/lib/operations/create-storage-account";
import { deleteStorageAccount } from "@/lib/operations/delete-storage-account";
import { replaceStorageKey } from "@/lib/operations/replace-storage-key";
import { created, list, noContent, ok } from "../answers";
import { RESOURCE_GROUP } from "../paths";
import { refuseWhenNotNew } from "../preconditions";
import { presentStorageAccount } from "../presenters/region";
import { noSuchResource, scopeOf } from "../resolve";
import { route, type Call, type Route } from "../route";

const ACCOUNTS = `${RESOURCE_GROUP}/providers/Microsoft.Storage/storageAccounts` as const;
const ACCOUNT = `${ACCOUNTS}/{accountName}` as const;
const apiVersions = SIMULATED_API_VERSIONS;
type AccountCall = Call<"subscriptionId" | "resourceGroupName" | "accountName", unknown>;

export const storageAccountRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: ACCOUNTS,
    summary: "Lists storage accounts: folders of this machine, or containers in Azure.",
    apiVersions,
    answer: listOf(StorageAccountResource),
    async handle({ context, params }) {
      const accounts = await context.repositories.storageAccounts.list(scopeOf(params));
      return list(accounts.map(presentStorageAccount));
    },
  }),
  route({
    method: "GET",
    path: ACCOUNT,
    summary: "Gets a storage account.",
    apiVersions,
    answer: StorageAccountResource,
    async handle(call) {
      const account = await findAccount(call);
      if (!account) throw noSuchResource(call.params.accountName, "accountName");
      return ok(presentStorageAccount(account));
    },
  }),
  route({
    method: "PUT",
    path: ACCOUNT,
    summary: "Creates a storage account.",
    apiVersions,
    body: StorageAccountCreation,
    answer: StorageAccountResource,
    async handle(call) {
      const { context, params, body } = call;
      const made = await createStorageAccount(context, {
        ...scopeOf(params),
        name: params.accountName,
        location: body.location,
        azureBlob: body.properties?.azureBlob ?? null,
      });
      if (!made.created) refuseWhenNotNew(call, "storage account", made.account.name, "accountName");
      return (made.created ? created : ok)(presentStorageAccount(made.account));
    },
  }),
  route({
    method: "POST",
    path: `${ACCOUNT}/replaceKey`,
    summary: "Tries a new key of the account in Azure and uses it from then on. Keys are never given back.",
    apiVersions,
    body: StorageKeyReplacement,
    answer: StorageAccountResource,
    async handle(call) {
      const account = await findAccount(call);
      if (!account) throw noSuchResource(call.params.accountName, "accountName");
      return ok(presentStorageAccount(await replaceStorageKey(call.context, account, call.body)));
    },
  }),
  route({
    method: "DELETE",
    path: ACCOUNT,
    summary: "Deletes a storage account. Refused while anything lies in it.",
    apiVersions,
    async handle(call) {
      const account = await findAccount(call);
      if (account) await deleteStorageAccount(call.context, account);
      return noContent();
    },
  }),
];

/** The name alone finds it; the address must name its place too. */
async function findAccount(call: AccountCall): Promise<StorageAccount | null> {
  const account = await call.context.repositories.storageAccounts.get(call.params.accountName);
  const scope = scopeOf(call.params);
  const here =
    account !== null &&
    sameName(account.subscriptionId, scope.subscriptionId) &&
    sameName(account.resourceGroup, scope.resourceGroup);
  return here ? account : null;
}
