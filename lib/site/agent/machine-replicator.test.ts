import { afterEach, beforeEach, expect, it } from "vitest";
import { ReplicatingHost } from "@/lib/testing/replicating-host";

const KIB = 1024;

let world: ReplicatingHost;
beforeEach(async () => {
  world = new ReplicatingHost();
  await world.listen();
});
afterEach(() => world.close());

it("stores again what the vault has lost as soon as it meets the loss, not after the minute of other failures", async () => {
  await world.addMachine("sql", 128 * KIB);
  world.hypervisor.machine("sql").disks[0]?.write(0, Buffer.alloc(64 * KIB, 7));
  await world.replicator(world.desired("sql")).replicateNow(false);
  const [first] = world.points;
  if (!first) throw new Error("there is a point");
  await world.store.delete(first.objectName);
  const notices: unknown[] = [];
  const lastPoint = { id: first.id, objectName: first.objectName, previousId: null };
  const replicator = world.replicator(world.desired("sql", { intervalSeconds: 1, lastPoint }), {
    noticeResynchronization: async (notice) => {
      notices.push(notice.compareWith);
      return { flagId: "flag", allowed: true };
    },
  });
  const loop = replicator.run();
  await expect.poll(() => world.points.length, { timeout: 20_000 }).toBeGreaterThan(1);
  replicator.stop();
  await loop;
  expect(notices).toEqual(["Nothing"]);
  expect(world.notes.filter((note) => note.startsWith("replicationFailed"))).toHaveLength(1);
  const [disk] = await world.restore(world.points[1] ?? first);
  expect(disk?.subarray(0, 64 * KIB).every((byte) => byte === 7)).toBe(true);
}, 40_000);
