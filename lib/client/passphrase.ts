import type { Explanation } from "@/lib/kernel/fault";

export const PASSPHRASE_LENGTH_MIN = 16;

/** The vault's own rule, told while the user types: 16 characters or more, plain ASCII. Null when it is met. */
export function passphraseProblem(passphrase: string): Explanation | null {
  const isPlain = /^[\x20-\x7e]*$/.test(passphrase);
  if (isPlain && passphrase.length >= PASSPHRASE_LENGTH_MIN) return null;
  return {
    code: "PassphraseTooWeak",
    message: isPlain
      ? `The passphrase has ${passphrase.length} of at least ${PASSPHRASE_LENGTH_MIN} characters.`
      : "The passphrase holds a character that is not plain ASCII.",
    possibleCauses: "",
    recommendedAction: "Use letters, digits, spaces and punctuation, or have one generated.",
  };
}

/** Without the characters that are mistaken for one another when a passphrase is read from paper. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 6;
const GROUP_LENGTH = 5;

/** Thirty random characters in groups (more than 140 bits), from the browser's cryptographic source. */
export function generatePassphrase(): string {
  const groups = Array.from({ length: GROUPS }, () => Array.from({ length: GROUP_LENGTH }, randomCharacter).join(""));
  return groups.join("-");
}

function randomCharacter(): string {
  // Values past the last whole multiple are drawn again, so that every character is equally likely.
  const fair = 256 - (256 % ALPHABET.length);
  for (;;) {
    const value = crypto.getRandomValues(new Uint8Array(1))[0] ?? 255;
    if (value < fair) return ALPHABET[value % ALPHABET.length] ?? "";
  }
}
