import { nameInArmId, parseArmId, type VaultAddress } from "@/lib/contract/arm-id";
import { Refusal } from "@/lib/kernel/fault";

/** The name out of an id of the given type in a body. A bare name is taken too: people write scripts by hand. */
export function nameFromReference(id: string, type: string, target: string): string {
  if (!id.includes("/") && id !== "") return id;
  const name = nameInArmId(id, type);
  if (name) return name;
  throw new Refusal(
    "invalid",
    {
      code: "InvalidResourceId",
      message: `${target}: ${JSON.stringify(id.slice(0, 200))} is not the id of a resource of type ${type}.`,
      possibleCauses: "The id belongs to a resource of another type, or was cut off.",
      recommendedAction: `Send the id as a list of ${type} shows it.`,
    },
    target,
  );
}

/** As above, for what must lie in the same vault: an id of another vault is refused, not taken for its last part. */
export function nameInVaultFrom(vault: VaultAddress, id: string, type: string, target: string): string {
  const name = nameFromReference(id, type, target);
  const parsed = parseArmId(id);
  const same = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase();
  const isHere =
    same(parsed?.subscriptionId, vault.subscriptionId) &&
    same(parsed?.resourceGroup, vault.resourceGroup) &&
    same(parsed?.parts[0]?.name, vault.name);
  if (!parsed || isHere) return name;
  throw new Refusal(
    "invalid",
    {
      code: "ResourceInOtherVault",
      message: `${target}: ${JSON.stringify(id.slice(0, 300))} is not in the vault ${vault.name}.`,
      possibleCauses: "The id was copied from another vault, resource group or subscription.",
      recommendedAction: `Send the id of a resource that the vault ${vault.name} lists under ${type}.`,
    },
    target,
  );
}

export function storageAccountNameFrom(id: string, target: string): string {
  return nameFromReference(id, "storageAccounts", target);
}
