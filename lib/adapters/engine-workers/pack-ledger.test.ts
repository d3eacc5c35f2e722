import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packName } from "@/lib/engine/vault/object-names";
import { openPackLedger } from "./pack-ledger";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-ledger-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const pack = (digit: string, sizeBytes: number) => ({
  ...{ name: packName("data", digit.repeat(64)), sizeBytes, modifiedAt: new Date(0) },
});
const packs = [pack("a", 100), pack("b", 100), pack("c", 100)];

describe("the ledger of packs that were read", () => {
  it("gives first what was never read, then what was not read for the longest time, up to the budget", () => {
    const ledger = openPackLedger(path.join(folder, "one"));
    ledger.note(packs[0]?.name ?? "", 2_000);
    ledger.note(packs[1]?.name ?? "", 1_000);
    expect([...ledger.due(packs, 5_000, 200)]).toEqual([packs[2]?.name, packs[1]?.name]);
    expect([...ledger.due(packs, 5_000, 1)]).toEqual([packs[2]?.name]);
    expect(ledger.due(packs, 5_000, Infinity).size).toBe(3);
    expect(ledger.coverage(packs.map(({ name }) => name))).toEqual({ packs: 3, packsNeverRead: 1, allReadSince: null });
  });

  it("remembers over a kill, so that a check goes on where it was and spends its budget once", () => {
    const file = path.join(folder, "deep", "two");
    const first = openPackLedger(file);
    first.note(packs[0]?.name ?? "", 9_000);
    first.save();
    const second = openPackLedger(file);
    expect([...second.due(packs, 8_000, 200)]).toEqual([packs[1]?.name]);
    expect([...second.due(packs, 8_000, Infinity)]).toEqual([packs[1]?.name, packs[2]?.name]);
    second.note(packs[1]?.name ?? "", 9_000);
    second.note(packs[2]?.name ?? "", 9_500);
    expect(second.coverage(packs.map(({ name }) => name)).allReadSince).toBe(new Date(9_000).toISOString());
    second.forgetAllBut([packs[2]?.name ?? ""]);
    second.save();
    expect(openPackLedger(file).coverage(packs.map(({ name }) => name)).packsNeverRead).toBe(2);
  });
});
