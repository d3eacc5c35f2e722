/** The stems of addresses, as the routes declare them. Matching ignores case. */
export const SUBSCRIPTION = "/subscriptions/{subscriptionId}";
export const RESOURCE_GROUP = `${SUBSCRIPTION}/resourceGroups/{resourceGroupName}` as const;
export const VAULT = `${RESOURCE_GROUP}/providers/Microsoft.RecoveryServices/vaults/{vaultName}` as const;
export const FABRIC = `${VAULT}/replicationFabrics/{fabricName}` as const;
export const CONTAINER = `${FABRIC}/replicationProtectionContainers/{containerName}` as const;
export const PROTECTED_ITEM = `${CONTAINER}/replicationProtectedItems/{protectedItemName}` as const;
export const OWN = `${RESOURCE_GROUP}/providers/Secondsite.Recovery` as const;
export const VAULT_OWN = `${VAULT}/providers/Secondsite.Recovery` as const;
