import { hotSectorsOf, mutate } from "./fuzz-mutations";
import { FuzzFinding, judge, type Verdict } from "./fuzz-judge";
import { FuzzRandom } from "./fuzz-random";
import { fuzzSeeds } from "./fuzz-seeds";
import { storeImage, unpackImage, type StoredImage } from "./stored-files";

export interface FuzzInput {
  readonly seed: string;
  /** Replays this input: the seeds' names, the run's seed and the input's number decide everything. */
  readonly number: number;
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

export interface FuzzFailure {
  readonly seed: string;
  readonly number: number;
  readonly what: string;
  /** As it was before it was opened, for the corpus. */
  readonly image: StoredImage;
}

export interface FuzzOptions {
  readonly runSeed: number;
  readonly first: number;
  readonly inputs: number;
  /** Only to report the slowest; nothing is decided by it. */
  readonly nowMs: () => number;
  readonly onInput: (input: FuzzInput) => void;
  readonly onFailure: (failure: FuzzFailure) => void;
  /** Before each input, so that a watcher knows which one hangs. */
  readonly onBegin?: (number: number) => void;
}

/** Mutated images, one seed after the other. */
export function runFuzz(options: FuzzOptions): void {
  const seeds = fuzzSeeds().map((image) => ({ image, hot: hotSectorsOf(image) }));
  for (let number = options.first; number < options.first + options.inputs; number++) {
    const one = seeds[number % seeds.length];
    if (one === undefined) return;
    options.onBegin?.(number);
    const random = new FuzzRandom(Math.imul(options.runSeed, 0x9e37_79b1) ^ Math.imul(number, 0x85eb_ca6b));
    const fileSystem = unpackImage(one.image);
    mutate(fileSystem, one.image, one.hot, random);
    const startedMs = options.nowMs();
    // Kept only as far as it is needed: which of its pages changed is cheap to find again from the number.
    const image = () => again(one.image, options.runSeed, number);
    try {
      const verdict = judge(fileSystem, one.image.path, random);
      options.onInput({ seed: one.image.name, number, verdict, milliseconds: options.nowMs() - startedMs });
    } catch (error) {
      options.onFailure({ seed: one.image.name, number, what: describe(error), image: image() });
    }
  }
}

function again(image: StoredImage, runSeed: number, number: number): StoredImage {
  const fileSystem = unpackImage(image);
  const random = new FuzzRandom(Math.imul(runSeed, 0x9e37_79b1) ^ Math.imul(number, 0x85eb_ca6b));
  mutate(fileSystem, image, hotSectorsOf(image), random);
  return storeImage(fileSystem, `${image.name}-${runSeed}-${number}`, image.path);
}

/** For one image of the corpus. Null when all is well. */
export function replay(image: StoredImage): string | null {
  try {
    // More than once: which places are read and written is drawn.
    for (let draw = 1; draw <= 8; draw++) judge(unpackImage(image), image.path, new FuzzRandom(draw));
    return null;
  } catch (error) {
    return describe(error);
  }
}

function describe(error: unknown): string {
  if (error instanceof FuzzFinding) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
