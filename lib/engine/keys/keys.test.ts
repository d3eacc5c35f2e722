import { describe, expect, it } from "vitest";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { sha256Hex } from "@/lib/engine/vault/object-names";
import { createVaultKeys, openKeyEnvelope, wrapVaultKeys, type KeyEnvelope } from "./key-envelope";
import { checkPassphrase } from "./passphrase";

const PASSPHRASE = "correct horse battery";
/** The least that Argon2 accepts: what is tested here is the envelope, not the cost. */
const CHEAP = { memoryKiB: 8, iterations: 1, parallelism: 1 };

const named = (bytes: Buffer): KeyEnvelope => ({ name: `keys/${sha256Hex(bytes)}`, bytes });

describe("a passphrase", () => {
  it("is refused when it is short or not printable ASCII, saying which", () => {
    expect(() => checkPassphrase("fifteen letters")).toThrow(expect.objectContaining({ code: "PassphraseTooShort" }));
    expect(() => checkPassphrase("")).toThrow(expect.objectContaining({ code: "PassphraseTooShort" }));
    for (const bad of [
      "correct horse bättery",
      "correct horse\nbattery",
      "correct horse battery\u0000",
      "“correct horse battery”",
    ]) {
      expect(() => checkPassphrase(bad)).toThrow(
        expect.objectContaining({ code: "PassphraseNotAscii", kind: "invalid" }),
      );
    }
    expect(() => checkPassphrase("sixteen letters!")).not.toThrow();
  });
});

describe("a key envelope", () => {
  it("opens with its passphrase, and to the same keys with another envelope's", async () => {
    const { keys, envelope } = await createVaultKeys(PASSPHRASE, systemRandom, CHEAP);
    expect((await openKeyEnvelope(envelope, PASSPHRASE)).master).toEqual(keys.master);
    const second = await wrapVaultKeys(keys, "another passphrase", systemRandom, CHEAP);
    expect(await openKeyEnvelope(second, "another passphrase")).toEqual(keys);
    expect(
      new Set([keys.master, keys.block, keys.page, keys.root, keys.pack, keys.box].map((key) => key.toString("hex")))
        .size,
    ).toBe(6);
  });

  it("says WrongPassphrase for any other, the nearest included", async () => {
    const { envelope } = await createVaultKeys(PASSPHRASE, systemRandom, CHEAP);
    for (const wrong of ["", "correct horse batterz", `${PASSPHRASE} `, "Correct horse battery"]) {
      await expect(openKeyEnvelope(envelope, wrong)).rejects.toMatchObject({ code: "WrongPassphrase" });
    }
  });

  it("does not contain the master key or the passphrase", async () => {
    const { keys, envelope } = await createVaultKeys(PASSPHRASE, systemRandom, CHEAP);
    for (const secret of [keys.master.toString("base64"), keys.master.toString("hex"), PASSPHRASE]) {
      expect(envelope.bytes.toString("latin1")).not.toContain(secret);
    }
  });

  it("refuses a weak passphrase before a vault is made with it", async () => {
    await expect(createVaultKeys("short", systemRandom, CHEAP)).rejects.toMatchObject({ code: "PassphraseTooShort" });
  });

  it("tells damage from a wrong passphrase", async () => {
    const { envelope } = await createVaultKeys(PASSPHRASE, systemRandom, CHEAP);
    const bytes = Buffer.from(envelope.bytes);
    bytes[120] = (bytes[120] ?? 0) ^ 1;
    await expect(openKeyEnvelope({ name: envelope.name, bytes }, PASSPHRASE)).rejects.toMatchObject({
      code: "KeyEnvelopeDamaged",
    });
  });

  it("cannot be made cheaper to guess, or ruinous to open, by altering its parameters", async () => {
    const { envelope } = await createVaultKeys(PASSPHRASE, systemRandom, { ...CHEAP, iterations: 2 });
    const text = envelope.bytes.toString("utf8");
    const cheaper = named(Buffer.from(text.replace('"iterations":2', '"iterations":1')));
    await expect(openKeyEnvelope(cheaper, PASSPHRASE)).rejects.toMatchObject({ code: "WrongPassphrase" });
    for (const cost of ['"memoryKiB":99999999', '"memoryKiB":-1', '"memoryKiB":"8"', '"memoryKiB":8.5']) {
      const ruinous = named(Buffer.from(text.replace('"memoryKiB":8', cost)));
      await expect(openKeyEnvelope(ruinous, PASSPHRASE)).rejects.toMatchObject({ code: "KeyEnvelopeDamaged" });
    }
  });

  it("survives any garbage in its place", async () => {
    for (const garbage of ["", "{", "[]", "null", "7", '{"format":"secondsite-key","version":2}', "x".repeat(10_000)]) {
      await expect(openKeyEnvelope(named(Buffer.from(garbage)), PASSPHRASE)).rejects.toMatchObject({
        code: "KeyEnvelopeDamaged",
      });
    }
  });
});
