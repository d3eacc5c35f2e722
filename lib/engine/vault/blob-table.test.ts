import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BlobTable, createSharedBlobTable, FIRST_RUN, PACK_DEAD, PACK_STORED } from "./blob-table";

const RUN = FIRST_RUN;
const OTHER_RUN = FIRST_RUN + 1;
const newTable = () => new BlobTable(createSharedBlobTable(0));

describe("the table of blobs", () => {
  it("finds 50,000 blobs again through all its growth, and no others", () => {
    const table = newTable();
    const pack = table.newPack(PACK_STORED);
    const ids = Array.from({ length: 50_000 }, () => randomBytes(32));
    for (const [at, id] of ids.entries()) table.insertStored(id, pack, at, 100 + at);
    expect(table.count).toBe(50_000);
    for (const [at, id] of ids.entries()) expect(table.place(id)).toEqual({ pack, offset: at, sealedLength: 100 + at });
    for (let at = 0; at < 1_000; at++) expect(table.place(randomBytes(32))).toBeNull();
  });

  it("tells ids apart that differ in their last bit only", () => {
    const table = newTable();
    const pack = table.newPack(RUN);
    const id = randomBytes(32);
    const near = Buffer.from(id);
    near[31] = (near[31] ?? 0) ^ 1;
    expect(table.claim(id, pack, RUN)).toBe(0);
    expect(table.claim(near, pack, RUN)).toBe(0);
    expect(table.claim(id, pack, RUN)).toBe(pack);
  });

  it("lets a run rely on its own and on stored packs, never on another run's", () => {
    const table = newTable();
    const [mine, theirs] = [table.newPack(RUN), table.newPack(OTHER_RUN)];
    const id = randomBytes(32);
    expect(table.claim(id, mine, RUN)).toBe(0);
    expect(table.claim(id, mine, RUN)).toBe(mine);
    expect(table.claim(id, theirs, OTHER_RUN)).toBe(0);
    table.setPackState(mine, PACK_STORED);
    expect(table.claim(id, theirs, OTHER_RUN)).toBe(mine);
  });

  it("gives a blob of a lost pack to the next who has it", () => {
    const table = newTable();
    const [lost, next] = [table.newPack(RUN), table.newPack(OTHER_RUN)];
    const id = randomBytes(32);
    table.claim(id, lost, RUN);
    table.setPackState(lost, PACK_DEAD);
    expect(table.claim(id, next, OTHER_RUN)).toBe(0);
    table.setPlace(id, next, 7, 8);
    table.setPlace(id, lost, 1, 2);
    expect(table.place(id)).toEqual({ pack: next, offset: 7, sealedLength: 8 });
  });

  it("shows what another view of the same memory has claimed, also in segments added since", () => {
    const shared = createSharedBlobTable(0);
    const [one, other] = [new BlobTable(shared), new BlobTable(shared)];
    const pack = one.newPack(RUN);
    one.reserve(10_000);
    other.adopt(one.shared.segments);
    const ids = Array.from({ length: 5_000 }, () => randomBytes(32));
    for (const [at, id] of ids.entries()) expect((at % 2 === 0 ? one : other).claim(id, pack, RUN)).toBe(0);
    for (const [at, id] of ids.entries()) expect((at % 2 === 0 ? other : one).claim(id, pack, RUN)).toBe(pack);
  });
});
