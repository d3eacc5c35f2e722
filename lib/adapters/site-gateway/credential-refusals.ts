import { Refusal } from "@/lib/kernel/fault";

const FETCH_A_NEW_ONE = "Download a new registration key on the vault's Quick Start page and register with it.";

/** Why a site is not let in; each code is one cause, and each says the way in. */
export function credentialsExpired(expiresAt: string): Refusal {
  return new Refusal("unauthenticated", {
    code: "CredentialsExpired",
    message: `The credentials file expired on ${expiresAt}.`,
    possibleCauses: "A credentials file is valid for five days.",
    recommendedAction: FETCH_A_NEW_ONE,
  });
}

export function credentialsSuperseded(): Refusal {
  return new Refusal("unauthenticated", {
    code: "CredentialsSuperseded",
    message: "A newer credentials file was generated for this site; only the newest is valid.",
    possibleCauses: "Somebody downloaded the registration key again after this file was made.",
    recommendedAction: "Use the newest file, or download a new registration key on the vault's Quick Start page.",
  });
}

export function credentialsNotValid(why: string): Refusal {
  return new Refusal("unauthenticated", {
    code: "CredentialsNotValid",
    message: `The credentials file is not valid here: ${why}.`,
    possibleCauses: "The site or its vault was deleted, the file belongs to another installation, or it was forged.",
    recommendedAction: FETCH_A_NEW_ONE,
  });
}

export function wrongPassphrase(): Refusal {
  return new Refusal("unauthenticated", {
    code: "WrongPassphrase",
    message: "The passphrase does not open this vault.",
    possibleCauses: "It was mistyped, or it belongs to another vault.",
    recommendedAction: "Enter the passphrase that was chosen for this vault.",
  });
}

export function passphraseNotChosen(vaultName: string): Refusal {
  return new Refusal("conflict", {
    code: "PassphraseNotChosen",
    message: `The vault '${vaultName}' has no passphrase yet, so that no host can be given its keys.`,
    possibleCauses: "The registration key was downloaded before the passphrase was chosen.",
    recommendedAction: "Choose the passphrase on the vault's Quick Start page, then register the host.",
  });
}

export function challengeExpired(): Refusal {
  return new Refusal("conflict", {
    code: "ChallengeExpired",
    message: "The registration took too long, or the portal was restarted meanwhile.",
    possibleCauses: "The answer to the portal's challenge came after five minutes, or came twice.",
    recommendedAction: "Run the registration again.",
  });
}

export function notRegistered(): Refusal {
  return new Refusal("unauthenticated", {
    code: "ProviderNotRegistered",
    message: "This host is not registered, or its registration was revoked.",
    possibleCauses:
      "The host was removed from the vault, was registered again elsewhere, or sent no client certificate.",
    recommendedAction: "Register the host with a new registration key.",
  });
}
