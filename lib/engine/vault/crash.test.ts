import { describe, expect, it } from "vitest";
import { MemoryStore, type PlantedStoreFaults, type StoreCall } from "@/lib/testing/memory-store";
import { ModelDisk, noiseBlock, selfIdentifyingBlock } from "@/lib/testing/model-disk";
import { checkRestores } from "@/lib/testing/restore-check";
import { VaultHarness } from "@/lib/testing/vault-harness";
import { inlineWorkers } from "./inline-workers";
import { checkPoint } from "./check-point";
import { openVaultReader } from "./vault-reader";

const MIB = 1024 * 1024;

/** A machine with a committed point and a change that is not replicated yet. */
async function protectedMachine() {
  const harness = new VaultHarness();
  const os = new ModelDisk(65 * MIB);
  const data = new ModelDisk(2 * MIB + 512);
  for (let index = 0; index < 30; index++) os.setBlock(index * 36, noiseBlock(harness.random));
  for (let index = 0; index < 20; index++) data.setBlock(index, selfIdentifyingBlock(2, index, 1));
  harness.disks.set("os", os);
  harness.disks.set("data", data);
  const first = await harness.replicate(await harness.open());
  const firstDisks = new Map([...harness.disks].map(([id, disk]) => [id, disk.copy()]));
  for (let index = 0; index < 135; index++) os.setBlock(index, noiseBlock(harness.random));
  data.setBlock(32, selfIdentifyingBlock(2, 32, 2));
  harness.clock.advance(30_000);
  const dirty = new Map([
    ["os", Array.from({ length: 135 }, (_, index) => index)],
    ["data", [32]],
  ]);
  return { harness, first, firstDisks, dirty };
}

/** One delta against a copy of the store; the error that ended it, or null. */
async function replicateOnto(
  machine: Awaited<ReturnType<typeof protectedMachine>>,
  store: MemoryStore,
  faults: PlantedStoreFaults,
): Promise<{ error: unknown; calls: number; verbs: readonly StoreCall[] }> {
  const { harness, first, dirty } = machine;
  store.faults = faults;
  try {
    const session = await harness.open(store);
    await harness.replicate(session, { previous: first, dirty });
    return { error: null, calls: store.calls, verbs: store.verbs };
  } catch (error) {
    return { error, calls: store.calls, verbs: store.verbs };
  }
}

describe("a replication that is killed", () => {
  it.each([false, true])(
    "leaves earlier points exact and shows nothing half-done, at every call of the store (effect kept: %s)",
    async (killAfterEffect) => {
      const machine = await protectedMachine();
      const { harness, first, firstDisks } = machine;
      const copy = () => new MemoryStore(new Map(harness.store.objects), () => harness.clock.now());
      const whole = await replicateOnto(machine, copy(), {});
      expect(whole.error).toBeNull();
      expect(whole.calls).toBeGreaterThan(10);
      for (let killAtCall = 1; killAtCall <= whole.calls; killAtCall++) {
        // Only a put can have an effect whose answer is lost.
        if (killAfterEffect && whole.verbs[killAtCall - 1] !== "put") continue;
        const dying = copy();
        const { error } = await replicateOnto(machine, dying, { killAtCall, killAfterEffect });
        expect(error, `killed at call ${killAtCall}`).toMatchObject({ code: "PlantedFault" });
        const survivor = new MemoryStore(dying.objects, () => harness.clock.now());
        await checkRestores(survivor, first.name, firstDisks);
        const points = (await survivor.list("points/")).map(({ name }) => name).filter((name) => name !== first.name);
        for (const name of points) await checkRestores(survivor, name, harness.disks);
        // The next attempt succeeds on what is left, and its point is whole.
        const again = await harness.replicate(await harness.open(survivor), { previous: first, dirty: machine.dirty });
        await checkRestores(survivor, again.name, harness.disks);
      }
    },
  );

  it("does not send again what a run that failed had stored and listed", async () => {
    const { harness, first, dirty } = await protectedMachine();
    const session = await harness.open();
    const put = harness.store.put.bind(harness.store);
    harness.store.put = (name, bytes) =>
      name.startsWith("points/") ? Promise.reject(new Error("no")) : put(name, bytes);
    await expect(harness.replicate(session, { previous: first, dirty })).rejects.toThrow("no");
    harness.store.put = put;
    const second = await harness.replicate(session, { previous: first, dirty });
    expect(second.point.storedBytes).toBe(0);
    await checkRestores(harness.store, second.name, harness.disks);
  });

  it("ends at once and says so when the store is full, and goes on when there is space again", async () => {
    const { harness, first, firstDisks, dirty } = await protectedMachine();
    const session = await harness.open();
    const used = [...harness.store.objects.values()].reduce((sum, object) => sum + object.bytes.length, 0);
    harness.store.faults = { capacityBytes: used + 1 * MIB };
    await expect(harness.replicate(session, { previous: first, dirty })).rejects.toMatchObject({ code: "StorageFull" });
    await checkRestores(harness.store, first.name, firstDisks);
    harness.store.faults = {};
    const second = await harness.replicate(session, { previous: first, dirty });
    await checkRestores(harness.store, second.name, harness.disks);
  });

  it("can be aborted between blocks, and leaves the session fit for the next", async () => {
    const { harness, first } = await protectedMachine();
    const session = await harness.open();
    const controller = new AbortController();
    const run = await session.begin({ id: "machine-1", name: "MACHINE-1" });
    const disk = harness.disks.get("os");
    const replicating = run.replicateDisk({
      diskName: "os",
      source: { imagePath: "os", preservePath: null },
      virtualSizeBytes: disk?.virtualSizeBytes ?? 0,
      previousTop: null,
      blocks: "allocated",
      signal: controller.signal,
      onProgress: ({ bytesRead }) => {
        if (bytesRead > 0) controller.abort();
      },
    });
    await expect(replicating).rejects.toMatchObject({ name: "AbortError" });
    await run.abort();
    await run.abort();
    const second = await harness.replicate(session, { previous: first });
    await checkRestores(harness.store, second.name, harness.disks);
  });

  it("never lets another machine's run rely on its unfinished packs", async () => {
    const harness = new VaultHarness();
    const disk = new ModelDisk(8 * MIB);
    for (let index = 0; index < 100; index++) disk.setBlock(index, noiseBlock(harness.random));
    harness.disks.set("os", disk);
    const session = await harness.open();
    const request = {
      diskName: "os",
      source: { imagePath: "os", preservePath: null },
      virtualSizeBytes: 8 * MIB,
      previousTop: null,
      blocks: "allocated" as const,
    };
    const doomed = await session.begin({ id: "machine-1", name: "ONE" });
    await doomed.replicateDisk(request);
    const other = await harness.replicate(session, { machineId: "machine-2" });
    await doomed.abort();
    await checkRestores(harness.store, other.name, harness.disks);
  });

  it("works with two machines at once, and with a third that waits for its turn", async () => {
    const harness = new VaultHarness();
    const disk = new ModelDisk(40 * MIB);
    for (let index = 0; index < 400; index++) disk.setBlock(index, noiseBlock(harness.random));
    harness.disks.set("os", disk);
    const session = await harness.open(harness.store, (setup) =>
      inlineWorkers(({ imagePath }) => harness.disks.get(imagePath) ?? disk, harness.random)(setup),
    );
    const ids = ["a", "b", "c", "d", "e"];
    const made = await Promise.all(ids.map((machineId) => harness.replicate(session, { machineId })));
    for (const { name } of made) await checkRestores(harness.store, name, harness.disks);
    const vault = await openVaultReader(harness.store, harness.keys);
    const checked = await checkPoint(vault, made[0]?.name ?? "", { machine: "A", point: "first" });
    expect(checked.problem).toBeNull();
  });
});
