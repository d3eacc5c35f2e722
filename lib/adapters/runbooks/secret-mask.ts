export const MASK = "********";

/**
 * Masks secrets in a stream of bytes, also where one is torn over chunks: what may be the beginning of a secret is held
 * back until it is known. Works on bytes, so that it neither breaks nor depends on any encoding.
 */
export class SecretMask {
  readonly #secrets: readonly string[];
  readonly #pattern: RegExp | null;
  #held = "";

  /** Shorter secrets than four bytes are not masked: they would hide half of the output and tell by that what they are. */
  constructor(secrets: readonly string[]) {
    const bytes = secrets.flatMap(formsOf).filter((secret) => secret.length >= 4);
    this.#secrets = [...new Set(bytes)].sort((a, b) => b.length - a.length);
    this.#pattern = this.#secrets.length === 0 ? null : new RegExp(this.#secrets.map(escaped).join("|"), "g");
  }

  push(chunk: Buffer): Buffer {
    if (this.#pattern === null) return chunk;
    const text = this.#held + chunk.toString("latin1");
    let shown = "";
    let at = 0;
    this.#held = "";
    while (at < text.length) {
      const pending = this.#pendingFrom(text, at);
      this.#pattern.lastIndex = at;
      const match = this.#pattern.exec(text);
      if (pending !== -1 && (match === null || pending <= match.index)) {
        shown += text.slice(at, pending);
        this.#held = text.slice(pending);
        break;
      }
      if (match === null) {
        shown += text.slice(at);
        break;
      }
      shown += text.slice(at, match.index) + MASK;
      at = match.index + match[0].length;
    }
    return Buffer.from(shown, "latin1");
  }

  /** What was held back, once nothing more comes. */
  end(): Buffer {
    const rest = this.#pattern === null ? "" : this.#held.replaceAll(this.#pattern, MASK);
    this.#held = "";
    return Buffer.from(rest, "latin1");
  }

  /** Where, from `from` on, text begins that reaches the end and may become a secret; -1: nowhere. */
  #pendingFrom(text: string, from: number): number {
    let earliest = -1;
    for (const secret of this.#secrets) {
      const first = secret.charAt(0);
      let at = text.indexOf(first, Math.max(from, text.length - secret.length + 1));
      while (at !== -1 && !secret.startsWith(text.slice(at))) at = text.indexOf(first, at + 1);
      if (at !== -1 && (earliest === -1 || at < earliest)) earliest = at;
    }
    return earliest;
  }
}

/** A secret of several lines is also printed line by line, and inside JSON. */
function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= 8);
  const forms = [secret, JSON.stringify(secret).slice(1, -1), ...lines];
  return forms.map((form) => Buffer.from(form, "utf8").toString("latin1"));
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
