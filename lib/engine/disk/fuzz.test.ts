import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { runFuzz, replay, type FuzzFailure } from "@/lib/testing/disk-fuzz/run-fuzz";
import { fuzzSeeds } from "@/lib/testing/disk-fuzz/fuzz-seeds";
import { imageFromJson } from "@/lib/testing/disk-fuzz/stored-files";

const corpus = path.resolve(import.meta.dirname, "../../testing/disk-fuzz/corpus");
const saved = fs
  .readdirSync(corpus)
  .sort()
  .map((name) => imageFromJson(fs.readFileSync(path.join(corpus, name), "utf8")));

describe("hostile disk images", () => {
  it("begin as sound ones", () => {
    for (const seed of fuzzSeeds()) expect(replay(seed), seed.name).toBeNull();
  });

  it("are read, written or refused with a reason, 2,000 of every format", () => {
    const failures: FuzzFailure[] = [];
    const outcomes = new Set<string>();
    runFuzz({
      ...{ runSeed: 1, first: 0, inputs: 2000, nowMs: () => 0 },
      onInput: ({ verdict }) => verdict.outcome.split(" ").forEach((outcome) => outcomes.add(outcome)),
      onFailure: (failure) => failures.push(failure),
    });
    expect(failures.map(({ seed, number, what }) => `${seed} ${number}: ${what}`)).toEqual([]);
    // That mutations reach beyond the first check of each format.
    expect(outcomes.size).toBeGreaterThan(25);
    // Five seconds of one core; a machine that does much else may take many times that.
  }, 300_000);

  it.each(saved)("that once were too much stay harmless: $name", (image) => {
    expect(replay(image)).toBeNull();
  });
});
