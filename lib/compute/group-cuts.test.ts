import { beforeEach, describe, expect, it } from "vitest";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { CausalWriter, type CausalDisk } from "@/lib/testing/causal-writes";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { PuppetHypervisor } from "@/lib/testing/puppet-hypervisor";
import { seededRandom } from "@/lib/testing/seeded-random";
import { installLedgerGuest } from "./guest/ledger";
import { encodeConfig } from "./guest/ledger-format";
import { ComputeHost } from "./host";
import { GROUP_MACHINES_MAX, type Cut, type MachineDefinition } from "./host-protocol";

const KIB = 1024;
const DISK_BYTES = 128 * KIB;
const NAMES = Array.from({ length: GROUP_MACHINES_MAX }, (_, index) => `m${String(index).padStart(2, "0")}`);

let fileSystem: MemoryFileSystem;
let hypervisor: PuppetHypervisor;

function newHost(on: FileSystem = fileSystem): ComputeHost {
  let ids = 0;
  return new ComputeHost({
    ...{ home: "/home", hostName: "HV01", pid: 1, fileSystem: on, hypervisor, bootId: "boot-1" },
    clock: {
      now: () => new Date("2026-11-22T18:00:00Z"),
      monotonicMs: () => 0,
      sleep: () => new Promise((resolve) => setTimeout(resolve, 20)),
    },
    random: { bytes: (count) => Buffer.alloc(count, 7), uuid: () => `id-${(ids += 1)}` },
  });
}

function definition(name: string): MachineDefinition {
  const disk = (role: "os" | "data") => ({ id: role, name: role, path: `/disks/${name}-${role}.raw`, role });
  return {
    ...defaults,
    ...{ id: name, name, memoryBytes: 1, desired: "running" },
    disks: [disk("os"), disk("data")],
  };
}

async function startMachines(host: ComputeHost, names: readonly string[]): Promise<CausalDisk[]> {
  for (const name of names) {
    for (const { path } of definition(name).disks) {
      const file = fileSystem.create(path);
      file.truncate(DISK_BYTES);
      file.close();
    }
    await host.put(definition(name));
    await host.setTracking(name, { enabled: true });
  }
  return names.flatMap((name, machine) =>
    hypervisor.machine(name).disks.map((target, disk) => ({ machine, disk, target })),
  );
}

const defaults = {
  generation: 1,
  osType: "Other",
  cpuCount: 1,
  bootable: true,
  attachments: { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false },
} as const;

/** Every disk as it was at the cut, read while the guests go on writing. */
function readAll(cuts: readonly Cut[], writer: CausalWriter): Buffer[] {
  return cuts.flatMap((cut) =>
    cut.disks.map(({ imagePath, preservePath }) => {
      const view = openFrozenView(fileSystem, { imagePath, preservePath });
      const bytes = Buffer.alloc(view.virtualSizeBytes);
      for (let at = 0; at < bytes.length; at += 64 * KIB) {
        writer.writeNext();
        view.read(at, bytes.subarray(at, at + 64 * KIB));
      }
      view.close();
      return bytes;
    }),
  );
}

/** Guests that write whenever anything else gives way, until stopped. */
function keepWriting(writer: CausalWriter): () => Promise<void> {
  let stopped = false;
  const loop = (async () => {
    for (let turn = 0; !stopped; turn += 1) {
      writer.writeNext();
      if (turn % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
      else await Promise.resolve();
    }
  })();
  return async () => {
    stopped = true;
    await loop;
  };
}

type TakeCuts = (host: ComputeHost) => Promise<Cut[]>;

const together: TakeCuts = async (host) => {
  const { results } = await host.cutTogether(NAMES.map((machineId) => ({ machineId })));
  return results.map((result) => {
    if ("error" in result) throw result.error;
    return result.cut;
  });
};

const oneByOne: TakeCuts = async (host) => {
  const cuts: Cut[] = [];
  for (const name of NAMES) {
    cuts.push(await host.cut(name, {}));
    // As between two requests to a host.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return cuts;
};

/** Cuts at random instants under running writes; what the checks found wrong, and how much was written. */
async function cutUnderWrites(host: ComputeHost, disks: readonly CausalDisk[], take: TakeCuts, count: number) {
  const random = seededRandom(count);
  const writer = new CausalWriter(disks, random);
  const stop = keepWriting(writer);
  const problems: string[] = [];
  const generations: number[] = [];
  for (let index = 0; index < count; index += 1) {
    for (let wait = random.bytes(1)[0] ?? 0; wait > 0; wait -= 16) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const cuts = await take(host);
    const { generation, problem } = writer.check(readAll(cuts, writer));
    if (problem !== null) problems.push(problem);
    generations.push(generation);
    for (const [at, cut] of cuts.entries()) await host.releaseCut(NAMES[at] ?? "", cut.cutId, true, `p${index}`);
  }
  await stop();
  return { problems, generations, written: writer.history.length };
}

beforeEach(() => {
  fileSystem = new MemoryFileSystem();
  fileSystem.makeFolder("/disks");
  hypervisor = new PuppetHypervisor();
});

describe("a cut over sixteen machines of two disks that never stop writing", () => {
  it("is a consistent prefix of everything written, at each of many random instants", async () => {
    const host = newHost();
    const disks = await startMachines(host, NAMES);
    const { problems, generations, written } = await cutUnderWrites(host, disks, together, 20);
    expect(problems).toEqual([]);
    expect(new Set(generations).size).toBe(20);
    expect(written).toBeGreaterThan(20 * 32);
  });

  it("is found out when the machines are cut one after the other", async () => {
    const host = newHost();
    const disks = await startMachines(host, NAMES);
    const { problems } = await cutUnderWrites(host, disks, oneByOne, 5);
    expect(problems.length).toBeGreaterThan(0);
  });

  it("is found out when a guest writes between two disks of one machine", async () => {
    let between: () => void = () => undefined;
    const create = fileSystem.create.bind(fileSystem);
    // A disk's cut begins with its preserve log: a write that falls just there is between two disks' cuts.
    fileSystem.create = (path, options) => {
      if (path.endsWith(".preserve")) between();
      return create(path, options);
    };
    const host = newHost();
    const disks = await startMachines(host, ["m00"]);
    const writer = new CausalWriter(disks, seededRandom(1));
    const problems = [];
    for (let index = 0; index < 20; index += 1) {
      for (let count = 0; count < 10; count += 1) writer.writeNext();
      between = () => {
        for (let count = 0; count < 4; count += 1) writer.writeNext();
      };
      const cut = await host.cut("m00", {});
      between = () => undefined;
      problems.push(writer.check(readAll([cut], writer)).problem);
    }
    expect(problems.some((problem) => problem !== null)).toBe(true);
  });

  it("leaves out a machine that cannot be cut, says why, and cuts the others", async () => {
    const host = newHost();
    await startMachines(host, ["m00", "m01"]);
    const { results } = await host.cutTogether([
      { machineId: "m00" },
      { machineId: "nobody" },
      { machineId: "m01", diskIds: ["nothing"] },
    ]);
    expect(results).toMatchObject([
      { machineId: "m00", cut: { disks: [{}, {}] } },
      { machineId: "nobody", error: { code: "MachineNotFound" } },
      { machineId: "m01", error: { code: "DiskNotFound" } },
    ]);
    await expect(host.cutTogether([{ machineId: "m00" }, { machineId: "m00" }])).rejects.toThrow(/named twice/);
  });

  it("takes turns with other cuts of the same machines, in whatever order they are named", async () => {
    const host = newHost();
    await startMachines(host, NAMES.slice(0, 4));
    const some = NAMES.slice(0, 4).map((machineId) => ({ machineId }));
    const all = [some, [...some].reverse(), some.slice(1, 3), [...some].reverse()];
    const cuts = await Promise.all(all.map((machines) => host.cutTogether(machines)));
    expect(cuts.map(({ results }) => results.length)).toEqual([4, 4, 2, 4]);
  });
});

describe("a cut of a guest that is asked to quiesce", () => {
  const config = { hostName: "M", title: "", ledgerStartLba: 64, capacity: 1024, ticksPerOrder: 9, ledgerId: 3 };
  const BOOTED = "SECONDSITE-GUEST host=M boot=1 ledger=ok orders=0 last=none";

  async function booted() {
    const host = newHost();
    await startMachines(host, ["m00"]);
    const guest = hypervisor.machine("m00");
    const [os] = guest.disks;
    if (!os) throw new Error("no disk");
    installLedgerGuest(os, config);
    guest.say(BOOTED);
    return { host, guest, os };
  }

  it("has no answer from a guest that hangs: the cut is taken all the same, with the reason, and the guest released", async () => {
    const { host, guest } = await booted();
    const cut = await host.cut("m00", { quiesce: true });
    expect(cut.quiesced).toMatchObject({ state: "failed", problem: { code: "GuestDidNotQuiesce" } });
    expect(cut.disks).toHaveLength(2);
    expect(guest.heard).toBe("SR");
  });

  it("does not believe a guest whose mark is not on the disk at the cut", async () => {
    const { host, guest } = await booted();
    guest.onHeard = (text) => (text === "S" ? guest.say("QUIESCED orders=0 mark=1") : undefined);
    const cut = await host.cut("m00", { quiesce: true });
    expect(cut.quiesced).toMatchObject({ state: "failed", problem: { code: "GuestMarkNotFound" } });
    guest.onHeard = (text) => (text === "S" ? guest.say("QUIESCE-FAILED orders=0") : undefined);
    expect((await host.cut("m00", { quiesce: true })).quiesced).toMatchObject({
      problem: { code: "GuestCouldNotQuiesce" },
    });
    guest.onHeard = (text) => (text === "S" ? guest.say("QUIESCED orders=0") : undefined);
    expect((await host.cut("m00", { quiesce: true })).quiesced).toMatchObject({
      problem: { code: "GuestWithoutMark" },
    });
  });

  it("says that there is nothing to quiesce in a machine that is off or says nothing, and asks nobody unasked", async () => {
    const host = newHost();
    await startMachines(host, ["m00"]);
    expect((await host.cut("m00", { quiesce: true })).quiesced).toMatchObject({ state: "notAvailable" });
    expect(hypervisor.machine("m00").heard).toBe("");
    expect((await host.cut("m00", {})).quiesced).toBeNull();
    await host.stop("m00");
    expect((await host.cut("m00", { quiesce: true })).quiesced).toMatchObject({
      state: "notAvailable",
      problem: { message: expect.stringContaining("not running") as string },
    });
  });

  it("refuses a configuration that would have the mark overwrite the program", () => {
    const small = { ...config, ledgerStartLba: 8 };
    expect(() => encodeConfig(small)).not.toThrow();
    expect(() => installLedgerGuest({ virtualSizeBytes: DISK_BYTES, write: () => undefined }, small)).toThrow(/mark/);
  });
});
