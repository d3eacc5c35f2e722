export type KeyVerb = "changePassphrase" | "setRecoveryPassphrase" | "removeRecoveryPassphrase" | "lock" | "unlock";

interface Field {
  /** As the API calls it. */
  readonly name: string;
  readonly label: string;
  readonly isNew?: boolean;
}

const current: Field = { name: "currentPassphrase", label: "Present passphrase, or the recovery passphrase" };

/** What each change means, in plain words, and what it asks for. */
export const KEY_VERBS: Readonly<
  Record<
    KeyVerb,
    {
      readonly label: string;
      readonly title: string;
      readonly meaning: string;
      readonly fields: readonly Field[];
      readonly isDanger?: boolean;
    }
  >
> = {
  changePassphrase: {
    label: "Change passphrase",
    title: "Change the passphrase",
    meaning:
      "The vault's key stays the same and no data is written again; from now on only the new passphrase opens it. Registered hosts go on without it. Keep the new one where a disaster at the site cannot reach it.",
    fields: [current, { name: "newPassphrase", label: "New passphrase", isNew: true }],
  },
  setRecoveryPassphrase: {
    label: "Set recovery passphrase",
    title: "Set a recovery passphrase",
    meaning:
      "A second passphrase that opens the vault as well as the first: for a safe, or for somebody else. It replaces an earlier recovery passphrase.",
    fields: [current, { name: "recoveryPassphrase", label: "Recovery passphrase", isNew: true }],
  },
  removeRecoveryPassphrase: {
    label: "Remove recovery passphrase",
    title: "Remove the recovery passphrase",
    meaning: "It opens the vault no longer. If the passphrase is lost then, nobody can open the data.",
    fields: [current],
    isDanger: true,
  },
  lock: {
    label: "Lock vault",
    title: "Lock the vault",
    meaning:
      "The opened key is removed from this computer. Replication goes on, since hosts hold keys of their own; but no failover, test failover or check can run until somebody unlocks the vault with a passphrase.",
    fields: [],
    isDanger: true,
  },
  unlock: {
    label: "Unlock vault",
    title: "Unlock the vault",
    meaning: "The key is opened and kept on this computer again, so that failovers can run.",
    fields: [{ name: "passphrase", label: "Passphrase, or the recovery passphrase" }],
  },
};
