import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocksOf, DirtyBlocks } from "./dirty-blocks";

describe("a set of blocks", () => {
  it("behaves like a set of numbers, in ascending order", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(200), fc.nat(2 ** 31))), (indexes) => {
        const blocks = new DirtyBlocks();
        const model = new Set<number>();
        for (const index of indexes) {
          expect(blocks.add(index)).toBe(!model.has(index));
          model.add(index);
        }
        const sorted = [...model].sort((a, b) => a - b);
        expect([...blocks]).toEqual(sorted);
        expect([...blocks.toArray()]).toEqual(sorted);
        expect(blocks.count).toBe(model.size);
        for (const index of indexes) expect(blocks.has(index)).toBe(true);
        expect(blocks.has(201)).toBe(model.has(201));
      }),
    );
  });

  it("knows which blocks an extent touches", () => {
    expect(blocksOf(0, 512)).toEqual({ first: 0, last: 0 });
    expect(blocksOf(65_024, 512)).toEqual({ first: 0, last: 0 });
    expect(blocksOf(65_024, 1024)).toEqual({ first: 0, last: 1 });
    expect(blocksOf(65_536, 65_536)).toEqual({ first: 1, last: 1 });
    const blocks = new DirtyBlocks();
    blocks.addExtent(65_536, 0);
    expect(blocks.count).toBe(0);
    blocks.addExtent(65_024, 1024);
    expect(blocks.hasExtent(0, 131_072)).toBe(true);
    expect(blocks.hasExtent(0, 131_073)).toBe(false);
  });

  it("goes far out without taking memory for what lies between", () => {
    const blocks = new DirtyBlocks();
    blocks.add(2 ** 32 - 1);
    expect(blocks.toArray()).toEqual(new Uint32Array([2 ** 32 - 1]));
    expect(() => blocks.add(-1)).toThrow();
    expect(() => blocks.add(0.5)).toThrow();
  });
});
