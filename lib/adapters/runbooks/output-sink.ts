import { createHash } from "node:crypto";
import fs from "node:fs";
import { SecretMask } from "./secret-mask";

const TAIL_BYTES = 8 * 1024;

/** Where all that a runbook prints goes: masked, its beginning kept on disk, all of it counted and hashed. */
export class OutputSink {
  readonly #mask: SecretMask;
  readonly #hash = createHash("sha256");
  readonly #descriptor: number;
  readonly #keptMax: number;
  #kept = 0;
  #total = 0;
  /** The newest bytes that were not kept. */
  #tail: Buffer = Buffer.alloc(0);

  constructor(file: string, secrets: readonly string[], keptMax: number) {
    this.#mask = new SecretMask(secrets);
    this.#descriptor = fs.openSync(file, "a", 0o600);
    this.#keptMax = keptMax;
  }

  get bytes(): number {
    return this.#total;
  }

  write(chunk: Buffer): void {
    this.#take(this.#mask.push(chunk));
  }

  /** The last bytes follow the first ones, with what was left out between them. Answers what all of it was. */
  close(): { readonly bytes: number; readonly sha256: string } {
    this.#take(this.#mask.end());
    const leftOut = this.#total - this.#kept - this.#tail.length;
    if (leftOut > 0) this.#append(Buffer.from(`\n[${leftOut} bytes were printed here and not kept]\n`));
    this.#append(this.#tail);
    fs.fsyncSync(this.#descriptor);
    fs.closeSync(this.#descriptor);
    return { bytes: this.#total, sha256: this.#hash.digest("hex") };
  }

  #take(shown: Buffer): void {
    this.#total += shown.length;
    this.#hash.update(shown);
    const room = Math.max(0, this.#keptMax - this.#kept);
    const first = shown.subarray(0, room);
    this.#append(first);
    this.#kept += first.length;
    const rest = shown.subarray(first.length);
    if (rest.length > 0) this.#tail = Buffer.concat([this.#tail, rest]).subarray(-TAIL_BYTES);
  }

  #append(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) at += fs.writeSync(this.#descriptor, bytes, at);
  }
}
