import type { Clock } from "@/lib/kernel/clock";

const ALIVE_MS = 15_000;

/**
 * Server-sent events of what the source yields; ends when the source or the client's connection ends. A comment now and
 * then keeps an idle connection open and lets a dead one be noticed.
 */
export function eventStream(source: AsyncIterable<unknown>, options: { clock: Clock; signal: AbortSignal }): Response {
  const { clock, signal } = options;
  const encoder = new TextEncoder();
  const iterator = source[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<unknown>> | null = null;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // Headers and a first byte leave at once, so that the client knows that it is connected.
      controller.enqueue(encoder.encode(": connected\n\n"));
    },
    async pull(controller) {
      pending ??= iterator.next();
      const quiet = new AbortController();
      try {
        const next = await Promise.race([pending, silence(clock, quiet.signal)]);
        if (next === "silent") return controller.enqueue(encoder.encode(": alive\n\n"));
        pending = null;
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(`data: ${JSON.stringify(next.value)}\n\n`));
      } catch (error) {
        if (signal.aborted) controller.close();
        else controller.error(error);
      } finally {
        quiet.abort();
      }
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return new Response(body, {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-cache, no-transform",
      "X-Accel-Buffering": "no",
    },
  });
}

async function silence(clock: Clock, signal: AbortSignal): Promise<"silent"> {
  try {
    await clock.sleep(ALIVE_MS, signal);
  } catch (error) {
    // Only our own abort ends the sleep early, once the race is over and nobody listens any more.
    if (!signal.aborted) throw error;
  }
  return "silent";
}
