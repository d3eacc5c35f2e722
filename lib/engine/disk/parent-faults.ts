import { Fault } from "@/lib/kernel/fault";

const keepTogether = "Keep all files of a chain (base, checkpoints) together in one folder, as the host wrote them.";

/** `named`: what the child calls its parent; `why`: what was found instead. */
export function parentDiskMissing(path: string, named: readonly string[], why: string): Fault {
  const names = named.length === 0 ? "a parent without a name" : `'${named.join("' or '")}'`;
  return new Fault({
    code: "ParentDiskMissing",
    message: `The disk '${path}' holds only what changed since its parent, and the parent cannot be opened: it names ${names}, ${why}.`,
    possibleCauses:
      "Only the last file of a chain was copied, the parent was renamed, moved or deleted, or the name points out of the image's folder, where nothing is opened.",
    recommendedAction: `Copy the parent into the folder of the disk. ${keepTogether}`,
  });
}

export function parentDiskChanged(path: string, parentPath: string, why: string): Fault {
  return new Fault({
    code: "ParentDiskChanged",
    message: `The disk '${path}' does not belong to '${parentPath}' as that file is now: ${why}.`,
    possibleCauses:
      "The parent was written to, replaced or restored after its child was made, which makes the child's content meaningless.",
    recommendedAction: `Bring back the parent as it was when the child was made, for example from a backup. ${keepTogether}`,
  });
}

export function parentChainInvalid(path: string, why: string): Fault {
  return new Fault({
    code: "ParentChainInvalid",
    message: `The chain of parents at '${path}' cannot be followed: ${why}.`,
    possibleCauses: "A file of the chain was replaced by another one of the chain, or was damaged.",
    recommendedAction: "Copy the whole chain again from the host, or merge it there into one disk first.",
  });
}
