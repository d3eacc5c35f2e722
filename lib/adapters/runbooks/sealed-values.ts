import { createCipheriv, createDecipheriv } from "node:crypto";
import { readIfPresent, replaceFile } from "@/lib/adapters/certificates/private-files";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type { SealedValues } from "@/lib/operations/ports/sealed-values";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of what is sealed, so that another way of sealing can be told from this one. */
const VERSION = 1;

/** AES-256-GCM under a key in a file of the owner, made when the first value is sealed. */
export class FileSealedValues implements SealedValues {
  constructor(
    private readonly keyFile: string,
    private readonly random: Random,
  ) {}

  seal(text: string, about: string): string {
    const nonce = this.random.bytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#keyOrNew(), nonce);
    cipher.setAAD(Buffer.from(about, "utf8"));
    const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body]).toString("base64");
  }

  open(sealed: string, about: string): string {
    const key = this.#key();
    if (key === null) throw notReadable("The key file is missing.");
    const bytes = Buffer.from(sealed, "base64");
    const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
    const tag = bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
    if (bytes[0] !== VERSION || tag.length < TAG_BYTES) throw notReadable("The value is cut off.");
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(about, "utf8"));
    decipher.setAuthTag(tag);
    try {
      const body = bytes.subarray(1 + NONCE_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
    } catch (cause) {
      throw notReadable("The key is another one, or the value was changed.", cause);
    }
  }

  #key(): Buffer | null {
    const text = readIfPresent(this.keyFile);
    return text === null ? null : Buffer.from(text.trim(), "base64");
  }

  #keyOrNew(): Buffer {
    const known = this.#key();
    if (known !== null) return known;
    const key = this.random.bytes(32);
    replaceFile(this.keyFile, key.toString("base64"), 0o600);
    return key;
  }
}

function notReadable(reason: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "SealedValueNotReadable",
      message: `An encrypted variable cannot be read. ${reason}`,
      possibleCauses: "The file keys/automation.key of the home was deleted, or the database comes from another home.",
      recommendedAction: "Restore the key file, or enter the value of the variable again.",
    },
    { cause },
  );
}
