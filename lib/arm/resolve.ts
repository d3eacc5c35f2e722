import type { Fabric, ProtectedItem, RecoveryPlan, Vault } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import type { Call } from "./route";
import { containerName } from "@/lib/domain/names";

export type VaultParams = "subscriptionId" | "resourceGroupName" | "vaultName";
export type FabricParams = VaultParams | "fabricName";
export type ContainerParams = FabricParams | "containerName";

export const scopeOf = (params: { readonly subscriptionId: string; readonly resourceGroupName: string }) => ({
  subscriptionId: params.subscriptionId,
  resourceGroup: params.resourceGroupName,
});

/** From the names in an address to the things they name. Each throws Refusal notFound in the service's words. */

export async function resolveVault(call: Call<VaultParams, unknown>): Promise<Vault> {
  const { subscriptionId, resourceGroupName, vaultName } = call.params;
  const vault = await call.context.repositories.vaults.find(
    { subscriptionId, resourceGroup: resourceGroupName },
    vaultName,
  );
  if (!vault) {
    throw notFound(
      "ResourceNotFound",
      `The Resource 'Microsoft.RecoveryServices/vaults/${vaultName}' under resource group '${resourceGroupName}' was not found.`,
      "vaultName",
    );
  }
  return vault;
}

export async function resolveFabric(call: Call<FabricParams, unknown>): Promise<{ vault: Vault; fabric: Fabric }> {
  const vault = await resolveVault(call);
  const fabric = await call.context.repositories.fabrics.find(vault.id, call.params.fabricName);
  if (!fabric) throw noSuchResource(call.params.fabricName, "fabricName");
  return { vault, fabric };
}

/** A site has exactly one container; its name follows from the site's internal identifier. */
export async function resolveContainer(
  call: Call<ContainerParams, unknown>,
): Promise<{ vault: Vault; fabric: Fabric }> {
  const found = await resolveFabric(call);
  const { containerName: given } = call.params;
  if (given.toLowerCase() !== containerName(found.fabric).toLowerCase()) throw noSuchResource(given, "containerName");
  return found;
}

export async function resolveProtectedItem(
  call: Call<ContainerParams | "protectedItemName", unknown>,
): Promise<{ vault: Vault; fabric: Fabric; item: ProtectedItem }> {
  const found = await resolveContainer(call);
  const item = await call.context.repositories.protectedItems.find(found.fabric.id, call.params.protectedItemName);
  if (!item) throw noSuchResource(call.params.protectedItemName, "protectedItemName");
  return { ...found, item };
}

export async function resolvePlan(
  call: Call<VaultParams | "recoveryPlanName", unknown>,
): Promise<{ vault: Vault; plan: RecoveryPlan }> {
  const vault = await resolveVault(call);
  const plan = await call.context.repositories.recoveryPlans.find(vault.id, call.params.recoveryPlanName);
  if (!plan) throw noSuchResource(call.params.recoveryPlanName, "recoveryPlanName");
  return { vault, plan };
}

/** In the words that the service uses for every child of a vault (asr reference 2.2). */
export function noSuchResource(name: string, target?: string): Refusal {
  return notFound("ArmResourceDoesNotExist", `Specified resource with name '${name}' does not exist.`, target);
}

function notFound(code: string, message: string, target?: string): Refusal {
  return new Refusal(
    "notFound",
    {
      code,
      message,
      possibleCauses:
        "The name is misspelt, the resource was deleted, or it is in another vault, site or resource group.",
      recommendedAction:
        "Ensure that the correct resource name was specified; the list one level up shows what exists.",
    },
    target,
  );
}
