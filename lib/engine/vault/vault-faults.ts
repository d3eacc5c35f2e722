import { Fault } from "@/lib/kernel/fault";

/** Whom a damaged vault concerns; names for people, not ids. */
export interface VaultContext {
  readonly machine: string;
  /** The recovery point as people know it (its instant, say), or null while replicating. */
  readonly point: string | null;
}

type Damage =
  | "VaultPackMissing"
  | "VaultPackTruncated"
  | "VaultPackDamaged"
  | "VaultBlobMissing"
  | "VaultPointMissing"
  | "VaultPointDamaged"
  | "VaultIndexDamaged";

const SENTENCES: Record<Damage, { what: string; causes: string }> = {
  VaultPackMissing: {
    what: "is missing from the storage",
    causes:
      "The pack was deleted or moved by something other than this product, or another storage account is connected.",
  },
  VaultPackTruncated: {
    what: "is shorter than it was when it was stored",
    causes: "The storage medium lost part of the pack, or somebody altered it.",
  },
  VaultPackDamaged: {
    what: "is damaged: its content fails the integrity check",
    causes: "The storage medium is failing, or somebody altered the pack.",
  },
  VaultBlobMissing: {
    what: "holds no copy of a part of the disk",
    causes: "A pack and the index that listed it were both deleted.",
  },
  VaultPointMissing: {
    what: "is missing from the storage",
    causes: "The recovery point was deleted, or another storage account is connected.",
  },
  VaultPointDamaged: {
    what: "is damaged: its content fails the integrity check",
    causes: "The storage medium is failing, somebody altered the object, or it belongs to another vault or machine.",
  },
  VaultIndexDamaged: {
    what: "is damaged: its content fails the integrity check",
    causes: "The storage medium is failing, somebody altered the object, or it belongs to another vault.",
  },
};

/** `object` is the damaged object's name in the store. */
export function vaultDamage(code: Damage, object: string, context: VaultContext, cause?: unknown): Fault {
  const { what, causes } = SENTENCES[code];
  const whose =
    context.point === null
      ? `The replicated data of ${context.machine} cannot be read`
      : `Recovery point ${context.point} of ${context.machine} cannot be read`;
  return new Fault(
    {
      code,
      message: `${whose}: ${object} ${what}.`,
      possibleCauses: causes,
      recommendedAction:
        "Choose another recovery point: points that do not use this object are not affected. Then resynchronize the machine, which stores the missing parts again, and check the storage medium.",
    },
    { cause },
  );
}

/** A run relied on data that a sweep announced for deletion, or on a point that is gone; the next run succeeds. */
export function runOvertaken(machine: string, what: string): Fault {
  return new Fault(
    {
      code: "ReplicationOvertaken",
      message: `This replication of ${machine} was given up before its recovery point became visible: ${what}.`,
      possibleCauses:
        "Space was being reclaimed, or recovery points were being deleted, while the machine was replicating.",
      recommendedAction: "Nothing: the next replication starts anew and stores what is missing.",
    },
    { retryable: true },
  );
}
