import { providerArmId, vaultArmId } from "@/lib/contract/arm-id";
import type { VaultResource } from "@/lib/contract/vaults";
import type { Vault } from "@/lib/domain/entities";

const PROVISIONING = { Creating: "Creating", Active: "Succeeded", Deleting: "Deleting", Failed: "Failed" } as const;

export function presentVault(vault: Vault): VaultResource {
  return {
    id: vaultArmId(vault),
    name: vault.name,
    type: "Microsoft.RecoveryServices/vaults",
    location: vault.location,
    etag: `W/"datetime'${encodeURIComponent(vault.createdAt)}'"`,
    tags: { ...vault.tags },
    sku: { name: "Standard", tier: "Standard" },
    properties: {
      provisioningState: PROVISIONING[vault.state],
      publicNetworkAccess: "Disabled",
      privateEndpointStateForBackup: "None",
      privateEndpointStateForSiteRecovery: "None",
      privateEndpointConnections: [],
      storageAccountId: providerArmId(vault, "Microsoft.Storage", "storageAccounts", vault.storageAccount),
      passphraseSet: vault.passphraseSetAt !== null,
      createdAt: vault.createdAt,
    },
  };
}
