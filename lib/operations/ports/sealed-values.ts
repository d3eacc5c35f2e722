/** Texts that must not lie readable in the database. Only this installation's key, a file of the owner, opens them. */
export interface SealedValues {
  /** `about` is bound to the value: sealed for one thing, it does not open for another. */
  seal(text: string, about: string): string;
  /** @throws Fault SealedValueNotReadable when the key is another one or the value was changed */
  open(sealed: string, about: string): string;
}
