import { VAULT_API_VERSIONS } from "@/lib/contract/api-versions";
import { vaultArmId } from "@/lib/contract/arm-id";
import { listOf } from "@/lib/contract/portal";
import {
  NameAvailability,
  NameAvailabilityRequest,
  VaultCreation,
  VaultPatch,
  VaultResource,
} from "@/lib/contract/vaults";
import { findRegion } from "@/lib/domain/regions";
import { regionProblem } from "@/lib/domain/vault-rules";
import { Refusal } from "@/lib/kernel/fault";
import { checkVaultName } from "@/lib/operations/check-vault-name";
import { createVault } from "@/lib/operations/create-vault";
import { deleteVault } from "@/lib/operations/delete-vault";
import { updateVaultTags } from "@/lib/operations/update-vault-tags";
import { accepted, acceptedAtLocation, list, noContent, ok } from "../answers";
import { onlyNew } from "../preconditions";
import { RESOURCE_GROUP, SUBSCRIPTION, VAULT } from "../paths";
import { presentVault } from "../presenters/vault";
import { storageAccountNameFrom } from "../references";
import { resolveVault } from "../resolve";
import { route, type Route } from "../route";

const apiVersions = VAULT_API_VERSIONS;

export const vaultRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${SUBSCRIPTION}/providers/Microsoft.RecoveryServices/vaults`,
    summary: "Lists the vaults of a subscription.",
    apiVersions,
    answer: listOf(VaultResource),
    async handle({ context, params }) {
      const vaults = await context.repositories.vaults.list({ ...params, resourceGroup: null });
      return list(vaults.map(presentVault));
    },
  }),
  route({
    method: "GET",
    path: `${RESOURCE_GROUP}/providers/Microsoft.RecoveryServices/vaults`,
    summary: "Lists the vaults of a resource group.",
    apiVersions,
    answer: listOf(VaultResource),
    async handle({ context, params }) {
      const { subscriptionId, resourceGroupName: resourceGroup } = params;
      const vaults = await context.repositories.vaults.list({ subscriptionId, resourceGroup });
      return list(vaults.map(presentVault));
    },
  }),
  route({
    method: "GET",
    path: VAULT,
    summary: "Gets a vault.",
    apiVersions,
    answer: VaultResource,
    handle: async (call) => ok(presentVault(await resolveVault(call))),
  }),
  route({
    method: "PUT",
    path: VAULT,
    summary: "Creates a vault (job), or writes the tags of one. If-None-Match: * refuses when it exists.",
    apiVersions,
    body: VaultCreation,
    answer: VaultResource,
    longRunning: true,
    async handle(call) {
      const { params, body, context } = call;
      const storageAccountId = body.properties?.storageAccountId;
      const { vault, job } = await createVault(context, {
        subscriptionId: params.subscriptionId,
        resourceGroup: params.resourceGroupName,
        name: params.vaultName,
        location: body.location,
        storageAccount: storageAccountId
          ? storageAccountNameFrom(storageAccountId, "properties.storageAccountId")
          : null,
        tags: body.tags ?? {},
        onlyNew: onlyNew(call),
      });
      return job ? accepted(call, vault, job, vaultArmId(vault)) : ok(presentVault(vault));
    },
  }),
  route({
    method: "PATCH",
    path: VAULT,
    summary: "Writes the tags of a vault.",
    apiVersions,
    body: VaultPatch,
    answer: VaultResource,
    async handle(call) {
      const vault = await resolveVault(call);
      return ok(presentVault(await updateVaultTags(call.context, vault, call.body.tags ?? {})));
    },
  }),
  route({
    method: "DELETE",
    path: VAULT,
    summary: "Deletes a vault with its data and keys (job). Refused while it protects machines.",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const { subscriptionId, resourceGroupName: resourceGroup, vaultName } = call.params;
      const vault = await call.context.repositories.vaults.find({ subscriptionId, resourceGroup }, vaultName);
      if (!vault) return noContent();
      return acceptedAtLocation(call, vault, await deleteVault(call.context, vault));
    },
  }),
  route({
    method: "POST",
    path: `${RESOURCE_GROUP}/providers/Microsoft.RecoveryServices/locations/{location}/checkNameAvailability`,
    summary: "Says whether a vault may have a name, and why not.",
    apiVersions,
    body: NameAvailabilityRequest,
    answer: NameAvailability,
    async handle({ context, params, body }) {
      if (!findRegion(params.location)) throw new Refusal("invalid", regionProblem(params.location), "location");
      const { subscriptionId, resourceGroupName: resourceGroup } = params;
      return ok(await checkVaultName(context, { subscriptionId, resourceGroup, name: body.name }));
    },
  }),
];
