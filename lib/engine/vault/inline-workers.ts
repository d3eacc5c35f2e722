import type { Random } from "@/lib/kernel/random";
import { BlockEncoder } from "./block-encoder";
import type { BlockWorkers, SourceOpener, StartBlockWorkers } from "./block-workers";

/** One encoder in the calling thread: for tests, and where a thread would cost more than it brings. */
export function inlineWorkers(openSource: SourceOpener, random: Random): StartBlockWorkers {
  return (setup): BlockWorkers => {
    const encoder = new BlockEncoder({ ...setup, openSource, random });
    let last: Promise<unknown> = Promise.resolve();
    const oneAfterTheOther = <T>(work: () => T | Promise<T>): Promise<T> => {
      const result = last.then(work, work);
      last = result;
      return result;
    };
    return {
      process: (unit) => oneAfterTheOther(() => encoder.process(unit)),
      finishRun: (run) => oneAfterTheOther(() => encoder.finishRun(run)),
      discardRun: (run) => oneAfterTheOther(() => encoder.discardRun(run)),
      close: async () => {
        await last.catch(() => undefined);
      },
    };
  };
}
