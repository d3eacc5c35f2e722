import { Refusal } from "@/lib/kernel/fault";

export const PASSPHRASE_LENGTH_MIN = 16;

/** Throws the refusal that says why `passphrase` may not guard a vault; returns when it may. */
export function checkPassphrase(passphrase: string): void {
  if (!/^[\x20-\x7e]*$/.test(passphrase)) {
    throw new Refusal(
      "invalid",
      {
        code: "PassphraseNotAscii",
        message: "The passphrase contains a character that is not printable ASCII.",
        possibleCauses:
          "A letter with an accent, a typographic quotation mark or a line break came with it, perhaps through copy and paste.",
        recommendedAction: "Use letters, digits, spaces and the punctuation of an English keyboard only.",
      },
      "passphrase",
    );
  }
  if (passphrase.length < PASSPHRASE_LENGTH_MIN) {
    throw new Refusal(
      "invalid",
      {
        code: "PassphraseTooShort",
        message: `The passphrase has ${passphrase.length} characters; it needs at least ${PASSPHRASE_LENGTH_MIN}.`,
        possibleCauses: "A shorter passphrase could be guessed by somebody who obtains a copy of the vault.",
        recommendedAction: `Choose a passphrase of ${PASSPHRASE_LENGTH_MIN} characters or more, and keep it in a safe place: nobody can recover it.`,
      },
      "passphrase",
    );
  }
}
