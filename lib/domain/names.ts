import { Refusal, type Explanation } from "@/lib/kernel/fault";
import type { Fabric } from "./entities";

/** A vault's name (asr reference 4.2, today's validation). */
const VAULT_NAME = /^[a-zA-Z][-a-zA-Z0-9]{1,49}$/;
/** What the service forbids in names of policies, sites, plans (asr reference 3.6); the underscore is among them. */
const FORBIDDEN_IN_NAMES = /[<>~',"!@$^#_ (){}[\]|\\`+=;.*%&:?/]/;
/** Azure's rule: 3 to 24 lower-case letters and digits, unique everywhere. */
const STORAGE_ACCOUNT_NAME = /^[a-z0-9]{3,24}$/;
const NETWORK_NAME = /^[a-zA-Z0-9](?:[-a-zA-Z0-9_.]{0,62}[a-zA-Z0-9_])?$/;
/** Virtual machine names (asr reference 6, rule `name`). */
const MACHINE_NAME = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;
const RESOURCE_NAME_LENGTH_MAX = 80;

/** The form in which names are compared; what is stored beside the name as it was written. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

export function sameName(a: string, b: string): boolean {
  return nameKey(a) === nameKey(b);
}

/** A site has exactly one protection container, of this name. */
export function containerName(fabric: Pick<Fabric, "internalIdentifier">): string {
  return `cloud_${fabric.internalIdentifier}`;
}

/** Null when the name may be given to a vault. */
export function vaultNameProblem(name: string): Explanation | null {
  if (VAULT_NAME.test(name)) return null;
  return {
    code: "InvalidVaultName",
    message: `${quoted(name)} cannot be the name of a vault.`,
    possibleCauses:
      "A vault's name has 2 to 50 characters, begins with a letter, and holds only letters, digits and hyphens.",
    recommendedAction: "Choose a name such as contoso-vault.",
  };
}

/** For fabrics, policies, container mappings, recovery plans, protected items. `what` as people say it: "site", "policy". */
export function resourceNameProblem(name: string, what: string): Explanation | null {
  const tooLong = name.length > RESOURCE_NAME_LENGTH_MAX;
  if (name !== "" && !tooLong && !FORBIDDEN_IN_NAMES.test(name) && isPrintableAscii(name)) return null;
  return {
    code: "InvalidResourceName",
    message: `${quoted(name)} cannot be the name of a ${what}.`,
    possibleCauses: tooLong
      ? `It is longer than ${RESOURCE_NAME_LENGTH_MAX} characters.`
      : "It is empty or holds a character that the service forbids: spaces, underscores and punctuation other than the hyphen.",
    recommendedAction: "Use letters, digits and hyphens, for example branch-office.",
  };
}

export function storageAccountNameProblem(name: string): Explanation | null {
  if (STORAGE_ACCOUNT_NAME.test(name)) return null;
  return {
    code: "AccountNameInvalid",
    message: `${quoted(name)} cannot be the name of a storage account.`,
    possibleCauses: "A storage account's name has 3 to 24 characters, lower-case letters and digits only.",
    recommendedAction: "Choose a name such as contosostorage.",
  };
}

export function networkNameProblem(name: string): Explanation | null {
  if (NETWORK_NAME.test(name)) return null;
  return {
    code: "InvalidNetworkName",
    message: `${quoted(name)} cannot be the name of a virtual network.`,
    possibleCauses:
      "The name has 1 to 64 characters, begins with a letter or digit, ends with a letter, digit or underscore, and holds only letters, digits, hyphens, dots and underscores.",
    recommendedAction: "Choose a name such as recovery-network.",
  };
}

export function machineNameProblem(name: string): Explanation | null {
  if (MACHINE_NAME.test(name)) return null;
  return {
    code: "InvalidMachineName",
    message: `${quoted(name)} cannot be the name of a virtual machine in Azure.`,
    possibleCauses:
      "The name has 1 to 63 characters, letters, digits and hyphens only, and begins and ends with a letter or digit.",
    recommendedAction: "Give the machine another target name when you protect it, or rename it at its host.",
  };
}

/** Throws what a rule found. */
export function refuseWhen(problem: Explanation | null, target: string): void {
  if (problem) throw new Refusal("invalid", problem, target);
}

function isPrintableAscii(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 90 ? `${name.slice(0, 90)}…` : name);
}
