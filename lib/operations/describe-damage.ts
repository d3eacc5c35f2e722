import type { DamagedObject, VaultCheck } from "@/lib/engine/vault/vault-check";
import type { Explanation } from "@/lib/kernel/fault";

/** The finding of a check for people: what it costs, not which bits. */
export function damageFound(vaultName: string, check: VaultCheck): Explanation {
  const machines = new Set(check.damagedPoints.map(({ machineId }) => machineId)).size;
  const cost =
    check.damagedPoints.length === 0
      ? "no recovery point is affected"
      : `${count(check.damagedPoints.length, "recovery point")} of ${count(machines, "machine")} cannot be restored whole`;
  const objects =
    check.damagedObjects.length === 0
      ? `${count(check.unlistedPacks.length, "pack")} of the vault ${vaultName} can be found by their own headers only`
      : `${count(check.damagedObjects.length, "object")} of the vault ${vaultName} ${verb(check.damagedObjects.length)} damaged`;
  return {
    code: "VaultDamaged",
    message: `${objects}; ${cost}.`,
    possibleCauses:
      "The storage medium is failing, or something other than this product deleted or altered files of the storage account.",
    recommendedAction:
      "Repair the vault: what the protected machines still have is fetched from them again. Then check the storage medium.",
  };
}

/** After a repair: what no machine had any more. */
export function stillDamaged(vaultName: string, check: VaultCheck): Explanation {
  const lost = check.damagedPoints.length;
  return {
    code: "VaultRepairedInPart",
    message: `${count(lost, "recovery point")} of the vault ${vaultName} could not be repaired: what they hold has changed at the source since, or the source could not be asked.`,
    possibleCauses:
      "The blocks were overwritten on the machine after these recovery points, or the machine's site is not connected.",
    recommendedAction:
      "Newer recovery points are whole. When a site was not connected, repair again once it is; otherwise repair with 'delete lost recovery points', so that space can be reclaimed.",
  };
}

export function notFetched(machine: string, cause: Explanation): Explanation {
  return {
    code: "RepairSourceNotAsked",
    message: `${machine} could not be asked for what the vault has lost: ${cause.message}`,
    possibleCauses: cause.possibleCauses,
    recommendedAction: "Connect the machine's site and repair again.",
  };
}

export function describeKind({ name }: Pick<DamagedObject, "name">): string {
  const kind = name.split("/")[0] ?? "";
  return KINDS[kind] ?? "Object";
}

/** What the damage of one object means, and what there is to do. */
export function describeProblem({ name, problem, blobsLost }: DamagedObject): string {
  const kind = name.split("/")[0] ?? "";
  if (kind === "data" || kind === "tree") {
    return blobsLost === 0
      ? "Everything in it can still be read; a repair writes it anew."
      : `${count(blobsLost, kind === "data" ? "block" : "page")} in it cannot be read. A repair fetches what the machines still have.`;
  }
  return problem === "missing" ? (MISSING[kind] ?? "") : (UNREADABLE[kind] ?? "");
}

const MISSING: Readonly<Record<string, string>> = {
  points: "The recovery point cannot be used any more. Newer and older ones are not affected.",
  keys: "Without it no host can be registered and no other portal can open the vault. The keys of this portal still work: restore the file from a copy of the storage account.",
};

const UNREADABLE: Readonly<Record<string, string>> = {
  index: "Nothing is lost: packs say themselves what they hold. A repair writes the index anew.",
  points: "The recovery point cannot be used any more. Newer and older ones are not affected.",
  tombstones: "Nothing is lost, but replication and the reclaiming of space stop until it is repaired.",
  keys: "The passphrase does not open this envelope. Restore the file from a copy of the storage account.",
};

const KINDS: Readonly<Record<string, string>> = {
  data: "Pack of disk blocks",
  tree: "Pack of tree pages",
  index: "Index",
  points: "Recovery point",
  tombstones: "Tombstone",
  keys: "Key envelope",
};

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
const verb = (number: number) => (number === 1 ? "is" : "are");
