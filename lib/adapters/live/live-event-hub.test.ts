import { expect, test } from "vitest";
import type { LiveEvent } from "@/lib/contract/portal";
import { createLiveEventHub } from "./live-event-hub";

const event = (name: string): LiveEvent => ({ type: "resource", vaultId: null, kind: "vault", name });

test("every watcher gets every event in order until its signal ends it", async () => {
  const hub = createLiveEventHub();
  const abort = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    for await (const got of hub.subscribe(abort.signal)) if (got.type === "resource") seen.push(got.name);
  })();
  await Promise.resolve();
  hub.publish(event("a"));
  hub.publish(event("b"));
  await new Promise((resolve) => setImmediate(resolve));
  hub.publish(event("c"));
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  await watching;
  expect(seen).toEqual(["a", "b", "c"]);
});

test("a watcher that does not keep up loses the oldest events, not the newest", async () => {
  const hub = createLiveEventHub();
  const abort = new AbortController();
  const stream = hub.subscribe(abort.signal)[Symbol.asyncIterator]();
  const first = stream.next();
  hub.publish(event("first"));
  await first;
  for (let index = 0; index < 1500; index += 1) hub.publish(event(String(index)));
  expect((await stream.next()).value).toEqual(event("500"));
  abort.abort();
});
