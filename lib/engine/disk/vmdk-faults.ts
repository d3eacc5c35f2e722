import { Fault } from "@/lib/kernel/fault";

const damageCauses =
  "The file was damaged on its medium or while it was copied, or a program stopped while writing it.";
const damageAction = "Copy the image again from its origin, or restore it from a recovery point or a backup.";

export function vmdkDamaged(path: string, why: string): Fault {
  return new Fault({
    code: "VmdkDamaged",
    message: `The VMDK '${path}' is damaged: ${why}.`,
    possibleCauses: damageCauses,
    recommendedAction: damageAction,
  });
}

export function vmdkTruncated(path: string, why: string): Fault {
  return new Fault({
    code: "VmdkTruncated",
    message: `The VMDK '${path}' is cut off: ${why}.`,
    possibleCauses: "A copy or a download of the file was not finished, or the disk that holds it was full.",
    recommendedAction: "Copy the whole file again from its origin.",
  });
}

export function vmdkUnsupported(path: string, what: string): Fault {
  return new Fault({
    code: "VmdkUnsupported",
    message: `The VMDK '${path}' ${what}, which cannot be used here.`,
    possibleCauses: "The disk is of a kind that only its own product reads, or parts of a physical disk belong to it.",
    recommendedAction:
      "Convert the disk with its own product or with: qemu-img convert -O vmdk SOURCE TARGET.vmdk (a growing disk in one file).",
  });
}

export function vmdkDescriptorInvalid(path: string, why: string): Fault {
  return new Fault({
    code: "VmdkDescriptorInvalid",
    message: `The descriptor of the VMDK '${path}' is not valid: ${why}.`,
    possibleCauses: "It was edited by hand, cut off, or is the text of something else.",
    recommendedAction: "Copy the descriptor again from its origin, or correct it in an editor.",
  });
}

/** `namedId` and `foundId`: content ids, eight hexadecimal digits. */
export function vmdkParentChanged(path: string, parentPath: string, namedId: string, foundId: string): Fault {
  return new Fault({
    code: "ParentDiskChanged",
    message: `The disk '${path}' holds only what changed since its parent, and '${parentPath}' is not that parent as it was: its content id is ${foundId}, expected was ${namedId}.`,
    possibleCauses:
      "The parent was written to, replaced or restored after the snapshot was made, which makes the snapshot's content meaningless.",
    recommendedAction: "Bring back the parent as it was when the snapshot was made, for example from a backup.",
  });
}
