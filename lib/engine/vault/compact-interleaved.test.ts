import { describe, expect, it } from "vitest";
import { Fault } from "@/lib/kernel/fault";
import type { MemoryStore } from "@/lib/testing/memory-store";
import { ModelDisk, noiseBlock } from "@/lib/testing/model-disk";
import { checkRestores } from "@/lib/testing/restore-check";
import { seededRandom } from "@/lib/testing/seeded-random";
import { VaultHarness } from "@/lib/testing/vault-harness";
import { compact } from "./compact";
import type { Point } from "./point-object";
import { deletePoint, sweep } from "./sweep";
import { SWEEP_GRACE_MS } from "./sweep-grace";

const MIB = 1024 * 1024;
const SEEDS = 4;

/** Lets everybody else go first, for a while that the seed decides, before each call. */
function jittery(store: MemoryStore, seed: number): MemoryStore {
  const random = seededRandom(seed);
  const turns = async () => {
    for (let left = random.bytes(1).readUInt8() % 7; left > 0; left--) await new Promise((go) => setImmediate(go));
  };
  const verbs = new Set(["get", "put", "list", "size", "delete"]);
  return new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function" || !verbs.has(String(key))) return value;
      return async (...args: unknown[]): Promise<unknown> => {
        await turns();
        return Reflect.apply(value as (...args: unknown[]) => unknown, target, args);
      };
    },
  });
}

interface Made {
  readonly name: string;
  readonly point: Point;
  readonly disks: ReadonlyMap<string, ModelDisk>;
}

/** Two machines replicate from sessions of their own while points are deleted and the vault is compacted and swept. */
async function live(seed: number): Promise<{ made: Made[]; overtaken: number; rewritten: number; freed: number }> {
  const random = seededRandom(seed);
  const below = (limit: number) => random.bytes(4).readUInt32LE() % limit;
  const harnesses = [new VaultHarness(seed), new VaultHarness(seed + 1_000)];
  const [{ store: memory, clock, keys }] = harnesses as [VaultHarness, VaultHarness];
  const common = Array.from({ length: 6 }, () => noiseBlock(random));
  const made: Made[] = [];
  const tally = { overtaken: 0, rewritten: 0, freed: 0 };

  const machine = async (harness: VaultHarness, number: number): Promise<void> => {
    const disk = new ModelDisk(2 * MIB);
    harness.disks.set("os", disk);
    const session = await harness.open(jittery(memory, seed * 7 + number));
    let previous: Made | null = null;
    for (let round = 0; round < 5; round++) {
      const dirty = Array.from({ length: 4 }, () => below(32));
      for (const index of dirty) {
        disk.setBlock(index, below(2) === 0 ? (common[below(6)] ?? Buffer.alloc(0)) : noiseBlock(random));
      }
      const options = { machineId: `machine-${number}`, previous, at: new Date(round * 1_000).toISOString() };
      for (;;) {
        try {
          const point = await harness.replicate(session, options);
          previous = { ...point, disks: new Map([["os", disk.copy()]]) };
          made.push(previous);
          break;
        } catch (error) {
          if (!(error instanceof Fault && error.code === "ReplicationOvertaken")) throw error;
          tally.overtaken += 1;
        }
      }
    }
  };

  const keeper = async (): Promise<void> => {
    const store = jittery(memory, seed * 11);
    for (let round = 0; round < 5; round++) {
      const byMachine = ["machine-1", "machine-2"].map((id) => made.filter((one) => one.name.includes(id)));
      for (const points of byMachine) {
        const [oldest] = points;
        if (points.length < 3 || oldest === undefined) continue;
        made.splice(made.indexOf(oldest), 1);
        await deletePoint(store, oldest.name);
      }
      const request = { store, keys, random, clock, minimumAgeMs: 0 };
      tally.rewritten += (await compact({ ...request, bytesMax: Infinity, duty: 1 })).packsRewritten;
      clock.advance(SWEEP_GRACE_MS);
      tally.freed += (await sweep(request)).packsDeleted;
    }
  };

  for (const [at, harness] of harnesses.entries()) {
    if (at > 0) Object.assign(harness, { clock, store: memory });
  }
  await Promise.all([...harnesses.map((harness, at) => machine(harness, at + 1)), keeper()]);
  await keeper();
  for (const { name, disks } of made) await checkRestores(memory, name, disks);
  return { made, ...tally };
}

describe("replication, deletion, compaction and sweeps, all at once", () => {
  it(`leave every point exact, whatever the order of their calls (${SEEDS} seeds)`, async () => {
    const totals = { points: 0, overtaken: 0, rewritten: 0, freed: 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { made, ...tally } = await live(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
      totals.points += made.length;
      for (const key of ["overtaken", "rewritten", "freed"] as const) totals[key] += tally[key];
    }
    // Otherwise nothing was tested.
    expect(totals.points).toBeGreaterThan(SEEDS * 2);
    expect(totals.rewritten).toBeGreaterThan(SEEDS * 5);
    expect(totals.freed).toBeGreaterThan(SEEDS * 5);
  });
});
