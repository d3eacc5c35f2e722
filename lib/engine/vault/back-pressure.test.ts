import { randomFillSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "@/lib/testing/memory-store";
import { seededRandom } from "@/lib/testing/seeded-random";
import { TestClock } from "@/lib/testing/test-clock";
import { testKeys } from "@/lib/testing/vault-harness";
import type { OpenBlockSource } from "./block-workers";
import { inlineWorkers } from "./inline-workers";
import type { ObjectReader, ObjectSink } from "./object-store";
import { VaultSession } from "./vault-session";

const MIB = 1024 * 1024;
const DISK_BYTES = 192 * MIB;
/** What a session's pack buffers come to, and what the worker has read ahead of them. */
const IN_FLIGHT_BYTES_MAX = 37 * MIB;
/** Buffers that wait for the collector come on top. */
const MEMORY_BYTES_MAX = 112 * MIB;

/** A disk of noise that counts what is read of it. */
class NoiseDisk implements OpenBlockSource {
  readonly virtualSizeBytes = DISK_BYTES;
  bytesRead = 0;

  read(_offsetBytes: number, into: Uint8Array): void {
    randomFillSync(into);
    this.bytesRead += into.length;
  }

  allocatedExtents() {
    return [{ offsetBytes: 0, lengthBytes: DISK_BYTES }];
  }

  close(): void {
    // Nothing is open.
  }
}

/** Takes packs as slowly as it is told, and forgets them: what stays in memory is the engine's. */
class SlowStore implements ObjectReader, ObjectSink {
  readonly #rest = new MemoryStore();
  #waiting: (() => void)[] = [];
  acknowledged = 0;

  async put(name: string, bytes: Uint8Array): Promise<void> {
    if (!name.startsWith("data/")) return this.#rest.put(name, bytes);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.acknowledged += bytes.length;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  releaseOne(): void {
    this.#waiting.shift()?.();
  }

  get = (...args: Parameters<ObjectReader["get"]>) => this.#rest.get(...args);
  size = (name: string) => this.#rest.size(name);
  list = (prefix: string) => this.#rest.list(prefix);
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("a store that is slower than the disk", () => {
  it("holds the reading back, and memory stays flat however much is left to send", async () => {
    const disk = new NoiseDisk();
    const store = new SlowStore();
    const random = seededRandom(1);
    const session = await VaultSession.open({
      ...{ store, random, clock: new TestClock(), keys: testKeys(), openSource: () => disk },
      startWorkers: inlineWorkers(() => disk, random),
    });
    const run = await session.begin({ id: "m", name: "M" });
    const before = process.memoryUsage().arrayBuffers;
    const replicating = run.replicateDisk({
      diskName: "os",
      source: { imagePath: "noise", preservePath: null },
      virtualSizeBytes: DISK_BYTES,
      previousTop: null,
      blocks: "allocated",
    });
    let over = false;
    void replicating.finally(() => (over = true));
    await turns(300);
    const stalledAt = disk.bytesRead;
    expect(stalledAt).toBeLessThanOrEqual(IN_FLIGHT_BYTES_MAX);
    await turns(100);
    expect(disk.bytesRead).toBe(stalledAt);
    let peak = 0;
    while (!over) {
      store.releaseOne();
      await turns(3);
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
      expect(disk.bytesRead - store.acknowledged).toBeLessThanOrEqual(IN_FLIGHT_BYTES_MAX);
    }
    await replicating;
    expect(disk.bytesRead).toBe(DISK_BYTES);
    expect(peak).toBeLessThan(MEMORY_BYTES_MAX);
    const aborting = run.abort();
    while (store.pending > 0) store.releaseOne();
    await aborting;
    await session.close();
  }, 60_000);
});
