import { Fault, Refusal } from "@/lib/kernel/fault";

export function vaultNotFound(folder: string): Fault {
  return new Fault({
    code: "VaultNotFound",
    message: `There is no folder ${folder}.`,
    possibleCauses: "The path was mistyped, or the disk that holds the vault is not mounted.",
    recommendedAction: "Check the path, or make a vault there: npx secondsite vault create FOLDER.",
  });
}

export function noEnvelope(folder: string): Fault {
  return new Fault({
    code: "KeyEnvelopeMissing",
    message: `${folder} is no vault, or has lost its key envelope.`,
    possibleCauses: "The path leads to another folder, or the file under keys/ was removed.",
    recommendedAction: "Check the path. When the file was removed, restore it from a copy of the vault.",
  });
}

export function alreadyAVault(folder: string): Refusal {
  return new Refusal("conflict", {
    code: "VaultExists",
    message: `${folder} holds a vault already.`,
    possibleCauses: "It was made before.",
    recommendedAction: "Use it, or name another folder.",
  });
}

export function noSuchPoint(folder: string, machine: string, wanted: string | undefined): Refusal {
  return new Refusal("notFound", {
    code: "RecoveryPointNotFound",
    message:
      wanted === undefined
        ? `The vault ${folder} has no recovery point of ${machine}.`
        : `The vault ${folder} has no recovery point of ${machine} that begins with ${wanted}.`,
    possibleCauses: "The name was mistyped, or the point was deleted by retention.",
    recommendedAction: "See what is there: npx secondsite vault points FOLDER.",
  });
}

export function noSuchDisk(machine: string, disk: string | undefined, there: readonly string[]): Refusal {
  return new Refusal("notFound", {
    code: "DiskNotInRecoveryPoint",
    message:
      disk === undefined
        ? `The recovery point of ${machine} has several disks: ${there.join(", ")}.`
        : `The recovery point of ${machine} has no disk ${disk}, but ${there.join(", ")}.`,
    possibleCauses: "One command restores one disk.",
    recommendedAction: "Name one of them with --disk.",
  });
}

export function writeLogOfAnotherDisk(log: string, image: string): Refusal {
  return new Refusal("invalid", {
    code: "WriteLogOfAnotherDisk",
    message: `${log} names blocks behind the end of ${image}.`,
    possibleCauses: "The write log is of another disk, or the disk was made smaller since.",
    recommendedAction: "Give the disk's own write log, or none: the image is then read and compared.",
  });
}

export function severalPoints(machine: string, wanted: string, names: readonly string[]): Refusal {
  return new Refusal("invalid", {
    code: "RecoveryPointNotOne",
    message: `${names.length} recovery points of ${machine} begin with '${wanted}'.`,
    possibleCauses: "The beginning is too short to name one.",
    recommendedAction: `Name one of them: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}.`,
  });
}
