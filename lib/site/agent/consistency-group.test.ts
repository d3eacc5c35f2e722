import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { GROUP_MACHINES_MAX } from "@/lib/compute/host-protocol";
import { Fault } from "@/lib/kernel/fault";
import { CausalWriter } from "@/lib/testing/causal-writes";
import { noHooks, ReplicatingHost, type RegisteredPoint } from "@/lib/testing/replicating-host";
import { seededRandom } from "@/lib/testing/seeded-random";
import { ConsistencyGroup } from "./consistency-group";
import type { MachineReplicator } from "./machine-replicator";
import type { SiteHost } from "./site-host";

const KIB = 1024;
const DISK_BYTES = 128 * KIB;
const NAMES = Array.from({ length: GROUP_MACHINES_MAX }, (_, index) => `m${String(index).padStart(2, "0")}`);

let world: ReplicatingHost;
let writer: CausalWriter;
let stopWriting: () => Promise<void>;
let stopGroup: () => Promise<void> = async () => undefined;

beforeEach(async () => {
  world = new ReplicatingHost();
  await world.listen();
});
afterEach(async () => {
  await stopGroup();
  await stopWriting();
  await world.close();
});

function keepWriting(names: readonly string[]): void {
  const disks = names.flatMap((name, machine) =>
    world.hypervisor.machine(name).disks.map((target, disk) => ({ machine, disk, target })),
  );
  writer = new CausalWriter(disks, seededRandom(names.length));
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      writer.writeNext();
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  stopWriting = async () => {
    stopped = true;
    await loop;
  };
}

/** Machines that write all the time, each replicated once alone, then as a group. */
async function startGroup(names: readonly string[], host: SiteHost = world.client): Promise<MachineReplicator[]> {
  for (const name of names) await world.addMachine(name, DISK_BYTES);
  keepWriting(names);
  const consistencyGroup = { name: "shop", size: names.length };
  const replicators = names.map((name) => world.replicator(world.desired(name, { consistencyGroup }), { host }));
  for (const replicator of replicators) await replicator.replicateNow(false);
  const members = { members: replicators, size: names.length, intervalSeconds: 0.1 };
  const group = new ConsistencyGroup({ ...world.setup(), host, hooks: noHooks }, "shop", members);
  const loop = group.run();
  stopGroup = async () => {
    group.stop();
    await loop;
  };
  return replicators;
}

/** Points of the group by their stamp, in the order of the cuts. */
function stamps(): RegisteredPoint[][] {
  const found = new Map<string, RegisteredPoint[]>();
  for (const point of world.points) {
    if (point.group) found.set(point.group.stamp, [...(found.get(point.group.stamp) ?? []), point]);
  }
  return [...found.values()];
}

const shared = () => stamps().filter((points) => points.length === points[0]?.group?.size);

async function until(what: string, probe: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!probe()) {
    if (performance.now() > deadline) throw new Error(`waited for ${what}\n${world.notes.join("\n")}`);
    await systemClock.sleep(5);
  }
}

/** What is wrong with a cut over all machines, as a failover to it would find. */
async function problemOf(points: readonly RegisteredPoint[]): Promise<string | null> {
  const sorted = [...points].sort((a, b) => a.protectedItemId.localeCompare(b.protectedItemId));
  const contents: Buffer[] = [];
  for (const point of sorted) contents.push(...(await world.restore(point)));
  return writer.check(contents).problem;
}

describe("a consistency group of sixteen machines under running writes", () => {
  it("has points in the vault that restore, over all machines, to one consistent prefix, at every cut", async () => {
    await startGroup(NAMES);
    await until("cuts", () => shared().length >= 3);
    await stopGroup();
    for (const points of shared()) {
      expect(await problemOf(points)).toBeNull();
      expect(new Set(points.map((point) => point.at)).size).toBe(1);
      expect(points.map((point) => point.group?.problem)).toEqual(points.map(() => null));
    }
    expect(world.points.filter((point) => point.group !== null).every((point) => point.cycle !== null)).toBe(true);
  });

  it("would be found out if its machines were cut one after the other", async () => {
    const { client } = world;
    const oneByOne = Object.assign(Object.create(client) as SiteHost, {
      cutTogether: async ({ machines }: Parameters<SiteHost["cutTogether"]>[0]) => {
        const cuts = [];
        for (const { machineId, ...body } of machines) cuts.push({ machineId, cut: await client.cut(machineId, body) });
        return { at: cuts[0]?.cut.at ?? "", machines: cuts };
      },
    });
    for (const verb of ["status", "machine", "setTracking", "cut", "verifyCut", "releaseCut"] as const) {
      Object.assign(oneByOne, { [verb]: client[verb].bind(client) });
    }
    await startGroup(NAMES.slice(0, 6), oneByOne);
    await until("cuts", () => shared().length >= 3);
    await stopGroup();
    const problems = [];
    for (const points of shared()) problems.push(await problemOf(points));
    expect(problems.some((problem) => problem !== null)).toBe(true);
  });
});

describe("a consistency group with a machine that fails", () => {
  it("registers no point of a cut before all are committed", async () => {
    let committed = 0;
    const put = world.store.put.bind(world.store);
    world.store.put = async (name, bytes) => {
      await put(name, bytes);
      if (name.startsWith("points/")) committed += 1;
    };
    const early: string[] = [];
    world.onRegister = async (point) => {
      if (point.group && committed % 3 !== 0) early.push(point.objectName);
    };
    await startGroup(NAMES.slice(0, 3));
    await until("cuts", () => shared().length >= 3);
    expect(early).toEqual([]);
  });

  it("goes on with the others, whose points say that they are not shared and why, and shares again afterwards", async () => {
    let refuse = false;
    const put = world.store.put.bind(world.store);
    world.store.put = async (name, bytes) => {
      if (refuse && name.startsWith("points/m01/")) throw full();
      await put(name, bytes);
    };
    const [, broken] = await startGroup(NAMES.slice(0, 3));
    await until("a shared cut", () => shared().length >= 1);
    refuse = true;
    const before = world.points.length;
    await until("points of the others", () => world.points.length > before + 6);
    const later = world.points.slice(before + 3);
    expect(new Set(later.map((point) => point.protectedItemId))).toEqual(new Set(["item-m00", "item-m02"]));
    expect(later.at(-1)?.group?.problem).toMatchObject({
      code: "MultiVmPointNotShared",
      message: expect.stringMatching(/M01: .*no space/) as string,
    });
    expect(broken?.report()).toMatchObject({ phase: "error", error: { code: "StorageFull" } });
    refuse = false;
    await broken?.replicateNow(false);
    const known = shared().length;
    await until("a shared cut again", () => shared().length > known);
    expect(await problemOf(shared().at(-1) ?? [])).toBeNull();
  });

  it("leaves out a machine whose initial replication is not complete, and says so", async () => {
    await world.addMachine("m09", DISK_BYTES);
    const replicators = await startGroup(["m00", "m01"]);
    await stopGroup();
    const late = world.replicator(world.desired("m09"));
    const members = { members: [...replicators, late], size: 3, intervalSeconds: 0.1 };
    const group = new ConsistencyGroup({ ...world.setup(), host: world.client, hooks: noHooks }, "shop", members);
    const loop = group.run();
    stopGroup = async () => {
      group.stop();
      await loop;
    };
    const before = world.points.length;
    await until("points", () => world.points.length > before + 2);
    expect(world.points.at(-1)?.group).toMatchObject({
      size: 3,
      problem: { message: expect.stringContaining("M09: its initial replication is not complete") as string },
    });
  });
});

function full(): Fault {
  return new Fault({ code: "StorageFull", message: "no space", possibleCauses: "-", recommendedAction: "-" });
}
