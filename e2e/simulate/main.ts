import process from "node:process";
import { parseArgs } from "node:util";
import type { PlantedBug } from "@/lib/testing/simulation/sim-process";
import { ROUNDS, simulate } from "@/lib/testing/simulation/simulation";

/**
 * `npm run simulate -- --seeds 1000`: so many lives of a vault under faults. `--seed N` replays one and prints what
 * happened in it. `--bug NAME` plants a mistake that must be found. Exit code 1 when an invariant did not hold.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    seed: { type: "string" },
    first: { type: "string", default: "1" },
    rounds: { type: "string", default: String(ROUNDS) },
    bug: { type: "string", default: "none" },
  },
});
const options = { rounds: Number(values.rounds), bug: values.bug as PlantedBug };

async function replay(seed: number): Promise<boolean> {
  const report = await simulate(seed, options);
  process.stdout.write(`${report.trace.join("\n")}\n`);
  process.stdout.write(report.violation === null ? "\nEvery invariant held.\n" : `\nVIOLATION: ${report.violation}\n`);
  return report.violation === null;
}

async function many(first: number, seeds: number): Promise<boolean> {
  const total = { faults: 0, calls: 0, points: 0, restores: 0 };
  const failing: number[] = [];
  const startedMs = performance.now();
  for (let seed = first; seed < first + seeds; seed++) {
    const report = await simulate(seed, options);
    total.faults += report.faults;
    total.calls += report.calls;
    total.points += report.pointsChecked;
    total.restores += report.restores;
    if ((seed - first) % 100 === 99) process.stderr.write(`${seed - first + 1} seeds, ${failing.length} failed\n`);
    if (report.violation !== null) {
      failing.push(seed);
      process.stdout.write(`seed ${seed}: ${report.violation.split("\n")[0]?.slice(0, 300) ?? ""}\n`);
    }
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  process.stdout.write(
    `${seeds} seeds in ${seconds} s: ${total.faults} faults, ${total.calls} calls of the store, ${total.points} times a point was compared with its cut, ${total.restores} disks restored; ${failing.length} seeds failed.\n`,
  );
  if (failing.length > 0) process.stdout.write(`Replay: npm run simulate -- --seed ${failing[0]}\n`);
  return failing.length === 0;
}

const sound =
  values.seed === undefined
    ? await many(Number(values.first), Number(values.seeds))
    : await replay(Number(values.seed));
process.exit(sound ? 0 : 1);
