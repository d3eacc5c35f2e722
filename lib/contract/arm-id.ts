/**
 * Building and reading ARM ids. The service writes children of site recovery with a capital `/Subscriptions/` and the
 * vault itself in lower case (asr reference 1.1); reading ignores case, as ARM does.
 */
export interface VaultAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

const encode = encodeURIComponent;

export function resourceGroupPath(scope: { readonly subscriptionId: string; readonly resourceGroup: string }): string {
  return `/subscriptions/${encode(scope.subscriptionId)}/resourceGroups/${encode(scope.resourceGroup)}`;
}

export function vaultArmId(vault: VaultAddress): string {
  return `${resourceGroupPath(vault)}/providers/Microsoft.RecoveryServices/vaults/${encode(vault.name)}`;
}

/**
 * @param segments alternating types and names below the vault, e.g. "replicationFabrics", "branch"
 * @returns e.g. /Subscriptions/{s}/resourceGroups/{rg}/providers/Microsoft.RecoveryServices/vaults/{v}/replicationFabrics/branch
 */
export function siteRecoveryArmId(vault: VaultAddress, ...segments: readonly string[]): string {
  const tail = segments.map((segment) => `/${encode(segment)}`).join("");
  return `/S${vaultArmId(vault).slice(2)}${tail}`;
}

/** A resource of another provider in the same resource group, e.g. ("Microsoft.Storage", "storageAccounts", "a1"). */
export function providerArmId(
  scope: { readonly subscriptionId: string; readonly resourceGroup: string },
  provider: string,
  ...segments: readonly string[]
): string {
  return `${resourceGroupPath(scope)}/providers/${provider}${segments.map((segment) => `/${encode(segment)}`).join("")}`;
}

export interface ParsedArmId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** As written, e.g. Microsoft.RecoveryServices. */
  readonly provider: string;
  /** Types and names below the provider, in order. */
  readonly parts: readonly { readonly type: string; readonly name: string }[];
}

/** Null when the text is not the id of a resource in a resource group. */
export function parseArmId(id: string): ParsedArmId | null {
  const raw = id.split("/");
  if (raw[0] !== "" || raw.length < 9 || raw.length % 2 === 0) return null;
  const segments: string[] = [];
  for (const segment of raw.slice(1)) {
    if (segment === "") return null;
    try {
      segments.push(decodeURIComponent(segment));
    } catch {
      return null;
    }
  }
  const [subscriptions, subscriptionId, groups, resourceGroup, providers, provider, ...rest] = segments;
  if (subscriptions?.toLowerCase() !== "subscriptions" || groups?.toLowerCase() !== "resourcegroups") return null;
  if (providers?.toLowerCase() !== "providers" || !subscriptionId || !resourceGroup || !provider) return null;
  const parts: { type: string; name: string }[] = [];
  for (let index = 0; index + 1 < rest.length; index += 2) {
    parts.push({ type: rest[index] ?? "", name: rest[index + 1] ?? "" });
  }
  return { subscriptionId, resourceGroup, provider, parts };
}

/** The name of the part of the given type (case ignored), e.g. ("…/replicationPolicies/p1", "replicationPolicies") -> "p1". */
export function nameInArmId(id: string, type: string): string | null {
  const part = parseArmId(id)?.parts.find((candidate) => candidate.type.toLowerCase() === type.toLowerCase());
  return part?.name ?? null;
}

/** The one literal that stands for Azure where the service expects a fabric or a container. */
export const MICROSOFT_AZURE = "Microsoft Azure" as const;
