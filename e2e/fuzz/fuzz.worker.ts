import { parentPort, workerData } from "node:worker_threads";
import { runFuzz, type FuzzFailure, type FuzzInput } from "@/lib/testing/disk-fuzz/run-fuzz";
import { imageToJson } from "@/lib/testing/disk-fuzz/stored-files";

/** What a worker tells: where it is (so that an input that hangs has a number), and in the end what it found. */
export type FuzzMessage =
  | { readonly type: "failure"; readonly failure: Omit<FuzzFailure, "image">; readonly imageJson: string }
  | { readonly type: "done"; readonly report: FuzzReport };

export interface FuzzReport {
  readonly inputs: number;
  /** Per seed and outcome, how many. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly slowest: Pick<FuzzInput, "seed" | "number" | "milliseconds">;
  readonly largest: { readonly seed: string; readonly number: number; readonly bytes: number };
  readonly mostCalls: { readonly seed: string; readonly number: number; readonly calls: number };
}

export interface FuzzJob {
  readonly runSeed: number;
  readonly first: number;
  readonly inputs: number;
  /** One number, shared: the input that is being judged. */
  readonly at: SharedArrayBuffer;
}

const job = workerData as FuzzJob;
const at = new Int32Array(job.at);
const outcomes: Record<string, number> = {};
let slowest = { seed: "", number: -1, milliseconds: 0 };
let largest = { seed: "", number: -1, bytes: 0 };
let mostCalls = { seed: "", number: -1, calls: 0 };
let inputs = 0;
const tell = (message: FuzzMessage): void => parentPort?.postMessage(message);

runFuzz({
  ...{ runSeed: job.runSeed, first: job.first, inputs: job.inputs, nowMs: () => performance.now() },
  onBegin: (number) => Atomics.store(at, 0, number),
  onInput: ({ seed, number, verdict, milliseconds }) => {
    inputs += 1;
    for (const outcome of verdict.outcome.split(" ")) {
      const key = `${seed} ${outcome}`;
      outcomes[key] = (outcomes[key] ?? 0) + 1;
    }
    if (milliseconds > slowest.milliseconds) slowest = { seed, number, milliseconds };
    const { largestBytes } = verdict.allocations;
    if (largestBytes > largest.bytes) largest = { seed, number, bytes: largestBytes };
    if (verdict.calls > mostCalls.calls) mostCalls = { seed, number, calls: verdict.calls };
  },
  onFailure: ({ image, ...failure }) => {
    inputs += 1;
    tell({ type: "failure", failure, imageJson: imageToJson(image) });
  },
});
tell({ type: "done", report: { inputs, outcomes, slowest, largest, mostCalls } });
