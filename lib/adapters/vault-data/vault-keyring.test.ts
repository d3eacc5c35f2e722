import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryStore } from "@/lib/testing/memory-store";
import { seededRandom } from "@/lib/testing/seeded-random";
import { TestClock } from "@/lib/testing/test-clock";
import { KeyFiles } from "./key-files";
import { VaultKeyring } from "./vault-keyring";

const CHEAP = { memoryKiB: 64, iterations: 1, parallelism: 1 };
const FIRST = "the first passphrase";
const SECOND = "the second passphrase";
const RECOVERY = "recovery, in the safe";
const vault = { id: "v1", name: "contoso-vault", storageAccount: "contosostorage" };

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-keys-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function furnish(store = new MemoryStore()) {
  const clock = new TestClock();
  const keyFiles = new KeyFiles(folder);
  let forgotten = 0;
  const keyring = new VaultKeyring({
    ...{ keyFiles, clock, random: seededRandom(5), cost: CHEAP },
    openStore: async () => store,
    forgetKeys: async () => void forgotten++,
  });
  const master = () => keyFiles.read(vault.id)?.master.toString("hex");
  const opens = async (passphrase: string) => {
    await keyring.lock(vault);
    await keyring.unlock(vault, passphrase);
    return master();
  };
  return { keyring, store, clock, master, opens, forgotten: () => forgotten };
}

describe("a vault's passphrases", () => {
  it("are changed without a new key: the old one opens nothing afterwards, and no other object is written", async () => {
    const { keyring, store, master, opens } = furnish();
    await keyring.choose(vault, FIRST);
    const before = master();
    await keyring.change(vault, { current: FIRST, next: SECOND });
    expect(await opens(SECOND)).toBe(before);
    await expect(opens(FIRST)).rejects.toMatchObject({ code: "WrongPassphrase" });
    expect([...store.objects.keys()].every((name) => name.startsWith("keys/"))).toBe(true);
    expect(store.objects.size).toBe(1);
  });

  it("may be two: either opens, each goes without the other, and a stranger's does not change them", async () => {
    const { keyring, master, opens } = furnish();
    await keyring.choose(vault, FIRST);
    const before = master();
    await keyring.setRecovery(vault, FIRST, RECOVERY);
    expect(await opens(RECOVERY)).toBe(before);
    await keyring.change(vault, { current: RECOVERY, next: SECOND });
    expect([await opens(SECOND), await opens(RECOVERY)]).toEqual([before, before]);
    expect((await keyring.state(vault)).hasRecoveryPassphrase).toBe(true);
    await expect(keyring.setRecovery(vault, "not the passphrase", null)).rejects.toMatchObject({ kind: "forbidden" });
    await keyring.setRecovery(vault, SECOND, null);
    await expect(opens(RECOVERY)).rejects.toMatchObject({ code: "WrongPassphrase" });
    expect(await keyring.state(vault)).toEqual({ state: "Locked", hasRecoveryPassphrase: false });
  });

  it("open the vault after a kill at any call of a change, one of them at least", async () => {
    for (let call = 1; call < 20; call++) {
      const { keyring, store, opens } = furnish();
      await keyring.choose(vault, FIRST);
      store.faults = { killAtCall: store.calls + call };
      const outcome = await keyring.change(vault, { current: FIRST, next: SECOND }).catch(() => "killed");
      store.faults = {};
      const opened = await opens(FIRST).catch(() => opens(SECOND));
      expect(opened, `killed at call ${String(call)}`).toBeDefined();
      if (outcome !== "killed") return;
    }
    throw new Error("the change never ended");
  });
});

describe("a locked vault", () => {
  it("has no key on this machine, in a file or in a worker, until a passphrase opens it", async () => {
    const { keyring, master, forgotten } = furnish();
    await keyring.choose(vault, FIRST);
    expect(await keyring.state(vault)).toEqual({ state: "Unlocked", hasRecoveryPassphrase: false });
    await keyring.lock(vault);
    expect([master(), forgotten(), fs.readdirSync(folder)]).toEqual([undefined, 1, []]);
    expect((await keyring.state(vault)).state).toBe("Locked");
    await keyring.unlock(vault, FIRST);
    expect((await keyring.state(vault)).state).toBe("Unlocked");
  });

  it("is not locked when nobody could unlock it again", async () => {
    const { keyring } = furnish();
    await expect(keyring.lock(vault)).rejects.toMatchObject({ code: "KeyEnvelopeMissing" });
  });

  it("makes guessing slow, also for who knows the passphrase, and forgets it after a success", async () => {
    const { keyring, clock } = furnish();
    await keyring.choose(vault, FIRST);
    const guess = () => keyring.unlock(vault, "some wrong passphrase");
    for (let attempt = 0; attempt < 5; attempt++)
      await expect(guess()).rejects.toMatchObject({ code: "WrongPassphrase" });
    await expect(keyring.unlock(vault, FIRST)).rejects.toMatchObject({ code: "TooManyAttempts" });
    clock.advance(10_000);
    await expect(guess()).rejects.toMatchObject({ code: "WrongPassphrase" });
    clock.advance(19_000);
    await expect(guess()).rejects.toMatchObject({ code: "TooManyAttempts" });
    clock.advance(1_000);
    await keyring.unlock(vault, FIRST);
    await expect(guess()).rejects.toMatchObject({ code: "WrongPassphrase" });
  });
});
