import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { FuzzJob, FuzzMessage, FuzzReport } from "./fuzz.worker";

/**
 * `npm run fuzz -- --inputs 100000 --seed 1`: so many hostile disk images of every format are opened, read and written.
 * What must not be is printed and saved (--save FOLDER, for the corpus); exit code 1. An input on which nothing moves for
 * a minute counts as a hang: work is bounded by calls and bytes, so that only a loop without either gets there.
 */
const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "100000" },
    first: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    save: { type: "string" },
  },
});
const inputs = Number(values.inputs);
const workers = Math.max(1, Number(values.workers));
const HANG_MS = 60_000;

const failures: string[] = [];
const startedMs = performance.now();
const reports = await Promise.all(
  Array.from({ length: workers }, (_, index) => {
    const each = Math.ceil(inputs / workers);
    const first = Number(values.first) + index * each;
    return work(first, Math.max(0, Math.min(each, inputs - index * each)));
  }),
);
print(reports);
process.exit(failures.length === 0 ? 0 : 1);

function work(first: number, count: number): Promise<FuzzReport> {
  const at = new SharedArrayBuffer(4);
  const job: FuzzJob = { runSeed: Number(values.seed), first, inputs: count, at };
  const worker = new Worker(path.join(import.meta.dirname, "fuzz.worker.mjs"), { workerData: job });
  return new Promise((resolve, reject) => {
    const place = new Int32Array(at);
    let last = -1;
    const watch = setInterval(() => {
      const now = Atomics.load(place, 0);
      if (now === last) reject(new Error(`input ${now} does not end (seed ${values.seed})`));
      last = now;
    }, HANG_MS);
    worker.on("message", (message: FuzzMessage) => {
      if (message.type === "failure") return found(message);
      clearInterval(watch);
      resolve(message.report);
    });
    worker.on("error", reject);
  });
}

function found({ failure, imageJson }: Extract<FuzzMessage, { type: "failure" }>): void {
  failures.push(failure.what);
  const { seed, number, what } = failure;
  process.stdout.write(`${seed}, input ${number} of seed ${values.seed}: ${what.slice(0, 1500)}\n`);
  if (values.save === undefined) return;
  fs.mkdirSync(values.save, { recursive: true });
  fs.writeFileSync(path.join(values.save, `${seed}-${values.seed}-${number}.json`), imageJson);
}

function print(all: readonly FuzzReport[]): void {
  const outcomes = new Map<string, number>();
  for (const report of all)
    for (const [key, count] of Object.entries(report.outcomes)) outcomes.set(key, (outcomes.get(key) ?? 0) + count);
  const seconds = (performance.now() - startedMs) / 1000;
  const total = all.reduce((sum, report) => sum + report.inputs, 0);
  for (const [key, count] of [...outcomes].sort(([a], [b]) => a.localeCompare(b, "en")))
    process.stdout.write(`${String(count).padStart(8)}  ${key}\n`);
  const most = <Item>(items: readonly Item[], figure: (item: Item) => number): Item | undefined =>
    [...items].sort((a, b) => figure(b) - figure(a))[0];
  const slowest = most(all.map((report) => report.slowest), (one) => one.milliseconds); // prettier-ignore
  const largest = most(all.map((report) => report.largest), (one) => one.bytes); // prettier-ignore
  const calls = most(all.map((report) => report.mostCalls), (one) => one.calls); // prettier-ignore
  process.stdout.write(
    [
      `${total} inputs in ${seconds.toFixed(0)} s, seed ${values.seed}; findings: ${failures.length}`,
      `slowest: ${slowest?.milliseconds.toFixed(0)} ms (${slowest?.seed}, input ${slowest?.number})`,
      `largest allocation: ${largest?.bytes} bytes (${largest?.seed}, input ${largest?.number})`,
      `most calls: ${calls?.calls} (${calls?.seed}, input ${calls?.number})`,
      "",
    ].join("\n"),
  );
}
