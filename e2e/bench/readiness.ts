import { setTimeout as delay } from "node:timers/promises";

const EVERY_MS = 50;

/**
 * Asks GET /readyz twenty times a second until told to stop, each request at its time whether or not the last one was
 * answered. Milliseconds per answer; an answer other than 200 ends the benchmark.
 */
export async function measureReadiness(origin: string, until: AbortSignal): Promise<number[]> {
  const answers: Promise<number>[] = [];
  const started = performance.now();
  for (let turn = 0; !until.aborted; turn += 1) {
    await delay(Math.max(0, started + turn * EVERY_MS - performance.now()));
    const answer = ask(`${origin}/readyz`);
    // A failure is thrown below; until then it must not count as unhandled.
    answer.catch(() => undefined);
    answers.push(answer);
  }
  return Promise.all(answers);
}

async function ask(url: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${url} answered ${String(response.status)}`);
  return performance.now() - started;
}
