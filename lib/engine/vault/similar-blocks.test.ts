import { describe, expect, it } from "vitest";
import { seededRandom } from "@/lib/testing/seeded-random";
import { BLOCK_BYTES } from "../blocks/block-size";
import { SimilarBlocks } from "./similar-blocks";

const random = seededRandom(3);
const noise = () => random.bytes(BLOCK_BYTES);

/** Groups of two, of blocks given by name, as the names of their members. */
function pairs(blocks: Readonly<Record<string, Buffer>>): string[] {
  const names = Object.keys(blocks);
  const similar = new SimilarBlocks(names.length);
  Object.values(blocks).forEach((block, index) => similar.add(index, block));
  return [...similar.groups(2)].map((group) => group.map((index) => names[index] ?? "?").join(" "));
}

/** What a file of this content is in its next build: begun some bytes later, and different here and there. */
function nextVersion(block: Buffer, shift: number): Buffer {
  const newer = Buffer.concat([random.bytes(shift), block]).subarray(0, BLOCK_BYTES);
  for (let at = 0; at < newer.length; at += 9_000) newer[at] = (newer[at] ?? 0) ^ 0x55;
  return newer;
}

describe("blocks that resemble each other", () => {
  it("are those that share pieces, wherever these begin", () => {
    const [a, b] = [noise(), noise()];
    const half = Buffer.concat([noise().subarray(0, BLOCK_BYTES / 2), b.subarray(BLOCK_BYTES / 2)]);
    expect(pairs({ a, b, other: noise(), half, aNext: nextVersion(a, 8) })).toEqual(["a aNext", "b half", "other"]);
    expect(pairs({ a, b, aMoved: nextVersion(a, 1_531) })).toEqual(["a aMoved", "b"]);
  });

  it("are not those that have only zeros, or what everything has, in common", () => {
    const common = random.bytes(4_096);
    const withCommon = () => Buffer.concat([common, noise().subarray(4_096)]);
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, nth) => [`c${nth}`, withCommon()]));
    expect(pairs(many)[0]).toBe("c0 c1");
    const holes = () => Buffer.concat([Buffer.alloc(BLOCK_BYTES / 2), noise().subarray(BLOCK_BYTES / 2)]);
    const [x, y, z] = [holes(), holes(), holes()];
    expect(pairs({ x, y, z, zNext: nextVersion(z, 0) })).toEqual(["x y", "z zNext"]);
    expect(pairs({ x, z, y, xNext: nextVersion(x, 0) })).toEqual(["x xNext", "z y"]);
  });

  it("are all given, once each", () => {
    const blocks = Object.fromEntries(Array.from({ length: 7 }, (_, nth) => [String(nth), noise()]));
    expect(pairs(blocks).join(" ").split(" ").sort()).toEqual(Object.keys(blocks));
  });
});
