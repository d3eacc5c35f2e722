import { describe, expect, it } from "vitest";
import { simulate } from "./simulation";

const SEEDS = 50;
/** Fewer than in a bench run: the replicated disks are few, the kinds of fault all. */
const ROUNDS = 2;

describe("a vault under faults", () => {
  it(`loses nothing and shows nothing half-written, for ${SEEDS} seeds`, async () => {
    let faults = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const report = await simulate(seed, { rounds: ROUNDS });
      faults += report.faults;
      expect(
        report.violation,
        `npm run simulate -- --rounds ${ROUNDS} --seed ${seed}\n${report.trace.join("\n")}`,
      ).toBeNull();
    }
    expect(faults).toBeGreaterThan(SEEDS);
  }, 300_000);

  it.each([
    { bug: "filesNotSynced", what: "an fsync of the file that is left out" },
    { bug: "foldersNotSynced", what: "an fsync of the folder that is left out" },
    { bug: "answersBeforeStoring", what: "packs that are stored after the index that lists them" },
  ] as const)(
    "finds a planted mistake of the store: $what",
    async ({ bug }) => {
      let found = null;
      for (let seed = 1; seed <= SEEDS && found === null; seed++) found = (await simulate(seed, { bug })).violation;
      expect(found).not.toBeNull();
    },
    300_000,
  );

  it("replays a seed to the letter", async () => {
    const story = async () =>
      (await simulate(3, { rounds: ROUNDS })).trace.map((line) => line.replace(/[0-9a-f]{8,}/g, ""));
    expect(await story()).toEqual(await story());
  }, 60_000);
});
