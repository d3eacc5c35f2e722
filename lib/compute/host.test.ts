import { beforeEach, describe, expect, it } from "vitest";
import { createDynamicVhd, createFixedVhd } from "@/lib/engine/disk/create-vhd";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { readWriteLogs } from "@/lib/engine/tracking/write-log";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { Fault } from "@/lib/kernel/fault";
import { installLedgerGuest, writeOrders } from "./guest/ledger";
import type { LedgerConfig } from "./guest/ledger-format";
import { ComputeHost } from "./host";
import type { MachineDefinition } from "./host-protocol";
import type { ConsoleScreen, GuestDisk, Hypervisor, MachineSpec, RunningMachine } from "./hypervisor";

const MIB = 1024 * 1024;
const BLOCK = 64 * 1024;

/** A machine whose guest is the test: it writes to the disks that the host gave it and says what it likes. */
class PuppetMachine implements RunningMachine {
  off = false;
  reason: string | null = null;
  readonly #serialListeners: ((text: string) => void)[] = [];
  readonly #failureListeners: ((reason: string) => void)[] = [];
  constructor(
    readonly id: string,
    readonly disks: readonly GuestDisk[],
  ) {}
  screen = (): ConsoleScreen => ({ rows: ["puppet"], serial: "", revision: 1 });
  screenshot = async (): Promise<Uint8Array | null> => null;
  onConsole = (): (() => void) => () => undefined;
  onSerial(listener: (text: string) => void): () => void {
    this.#serialListeners.push(listener);
    return () => undefined;
  }
  failure = (): string | null => this.reason;
  onFailure(listener: (reason: string) => void): void {
    this.#failureListeners.push(listener);
  }
  diskProblem = (): string | null => null;
  async powerOff(): Promise<void> {
    this.off = true;
  }
  sendSerial(): void {}
  say(line: string): void {
    for (const listener of this.#serialListeners) listener(`${line}\r\n`);
  }
  fail(reason: string): void {
    this.reason = reason;
    for (const listener of this.#failureListeners) listener(reason);
  }
  write(disk: number, offset: number, byte: number, length = 512): void {
    this.disks[disk]?.write(offset, new Uint8Array(length).fill(byte));
  }
}

class PuppetHypervisor implements Hypervisor {
  readonly name = "v86" as const;
  readonly machines: PuppetMachine[] = [];
  unavailable: string | null = null;
  unavailableReason = (): string | null => this.unavailable;
  async start(spec: MachineSpec): Promise<PuppetMachine> {
    const machine = new PuppetMachine(spec.id, spec.disks);
    this.machines.push(machine);
    return machine;
  }
  get newest(): PuppetMachine {
    const machine = this.machines.at(-1);
    if (!machine) throw new Error("no machine was started");
    return machine;
  }
}

let fileSystem: MemoryFileSystem;
let hypervisor: PuppetHypervisor;
let ids = 0;

function newHost(on: FileSystem = fileSystem): ComputeHost {
  return new ComputeHost({
    home: "/home",
    hostName: "HV01",
    pid: 1,
    fileSystem: on,
    hypervisor,
    bootId: "boot-1",
    clock: {
      now: () => new Date("2026-11-22T18:00:00Z"),
      monotonicMs: () => 0,
      sleep: async () => undefined,
    },
    random: { bytes: (count) => Buffer.alloc(count, 7), uuid: () => `id-${(ids += 1)}` },
  });
}

function definition(change: Partial<MachineDefinition> = {}): MachineDefinition {
  return {
    id: "m1",
    name: "SQL",
    generation: 1,
    osType: "Other",
    memoryBytes: 16 * MIB,
    cpuCount: 1,
    disks: [
      { id: "os", name: "os.vhd", path: "/disks/os.vhd", role: "os" },
      { id: "data", name: "data.vhd", path: "/disks/data.vhd", role: "data" },
    ],
    desired: "running",
    bootable: true,
    attachments: { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false },
    ...change,
  };
}

const ledger: LedgerConfig = {
  hostName: "SQL",
  title: "",
  ledgerStartLba: 64,
  capacity: 1024,
  ticksPerOrder: 18,
  ledgerId: 5,
};
const orders = (count: number): { at: string; amountCents: number }[] =>
  Array.from({ length: count }, (_, index) => ({
    at: `2026-11-22T17:00:${String(index).padStart(2, "0")}`,
    amountCents: 1,
  }));

beforeEach(() => {
  fileSystem = new MemoryFileSystem();
  hypervisor = new PuppetHypervisor();
  fileSystem.makeFolder("/disks");
  const vhd = { uniqueId: "11111111-2222-4333-8444-555555555555", createdAt: new Date("2026-01-01T00:00:00Z") };
  const os = createDynamicVhd(fileSystem, "/disks/os.vhd", { ...vhd, virtualSizeBytes: 64 * MIB });
  installLedgerGuest(os, ledger);
  writeOrders(os, ledger, orders(3));
  os.close();
  createFixedVhd(fileSystem, "/disks/data.vhd", { ...vhd, virtualSizeBytes: 4 * MIB }).close();
});

function frozen(cut: Awaited<ReturnType<ComputeHost["cut"]>>, diskId: string, offset: number): number {
  const disk = cut.disks.find((candidate) => candidate.diskId === diskId);
  if (!disk) throw new Error("no such disk in the cut");
  const view = openFrozenView(fileSystem, { imagePath: disk.imagePath, preservePath: disk.preservePath });
  const bytes = new Uint8Array(512);
  view.read(Math.floor(offset / BLOCK) * BLOCK, bytes);
  view.close();
  return bytes[0] ?? -1;
}

describe("power", () => {
  it("starts what should run, keeps that over a restart of the host, and stops for good when told to", async () => {
    const host = newHost();
    expect(await host.put(definition())).toMatchObject({ power: "running", powerProblem: null });
    await host.start("m1");
    expect(hypervisor.machines).toHaveLength(1);
    await host.shutDown();
    expect(hypervisor.newest.off).toBe(true);

    const second = newHost();
    expect(second.machine("m1").power).toBe("off");
    await second.startDesired();
    expect(second.machine("m1").power).toBe("running");
    expect(await second.stop("m1")).toMatchObject({ power: "off", desired: "off" });

    const third = newHost();
    await third.startDesired();
    expect(third.machine("m1").power).toBe("off");
    expect(hypervisor.machines).toHaveLength(2);
  });

  it("says why nothing can be started without a hypervisor, and serves the disks all the same", async () => {
    hypervisor.unavailable = "SeaBIOS is missing.";
    const host = newHost();
    expect(await host.put(definition())).toMatchObject({ power: "off", powerProblem: "SeaBIOS is missing." });
    await expect(host.start("m1")).rejects.toMatchObject({ code: "HypervisorUnavailable" });
    expect(host.status().hypervisorProblem).toBe("SeaBIOS is missing.");
    expect((await host.cut("m1", {})).disks).toHaveLength(2);
  });

  it("shows a machine that died under its guest as failed, and starts it again when asked", async () => {
    const host = newHost();
    await host.put(definition());
    hypervisor.newest.fail("the emulator stopped");
    await host.cut("m1", {}).then((cut) => host.releaseCut("m1", cut.cutId, false, null));
    expect(host.machine("m1")).toMatchObject({ power: "failed", powerProblem: "the emulator stopped" });
    expect(await host.start("m1")).toMatchObject({ power: "running", powerProblem: null });
  });

  it("counts orders from the console while the guest runs and from its disk while it is off", async () => {
    const host = newHost();
    await host.put(definition({ desired: "off" }));
    expect(host.machine("m1").orders).toEqual({ count: 3, lastAt: "2026-11-22T17:00:02Z", verdict: "ok" });
    await host.start("m1");
    hypervisor.newest.say("SECONDSITE-GUEST host=SQL boot=1 ledger=ok orders=3 last=2026-11-22T17:00:02");
    hypervisor.newest.say("ORDER 4 2026-11-22T17:00:09 1");
    expect(host.machine("m1").orders).toMatchObject({ count: 4 });
    expect(host.console("m1")).toMatchObject({ bootReport: { orders: 3, verdict: "ok" }, firstLineMs: 0 });
    await host.stop("m1");
    expect(host.machine("m1").orders).toMatchObject({ count: 3 });
  });
});

describe("cuts", () => {
  it("freeze all disks at one instant while the guest goes on writing", async () => {
    const host = newHost();
    await host.put(definition());
    hypervisor.newest.write(0, 10 * MIB, 1);
    hypervisor.newest.write(1, MIB, 1);
    const cut = await host.cut("m1", {});
    expect(cut.orders).toEqual({ count: 3, lastAt: "2026-11-22T17:00:02Z" });
    hypervisor.newest.write(0, 10 * MIB, 2);
    hypervisor.newest.write(1, MIB, 2);
    expect(frozen(cut, "os", 10 * MIB)).toBe(1);
    expect(frozen(cut, "data", MIB)).toBe(1);
    expect(host.verifyCut("m1", cut.cutId)).toBe(true);
  });

  it("go on being preserved when the machine starts, or stops, after the cut", async () => {
    const host = newHost();
    await host.put(definition({ desired: "off" }));
    const cut = await host.cut("m1", {});
    await host.start("m1");
    hypervisor.newest.write(1, MIB, 9);
    await host.stop("m1");
    expect(frozen(cut, "data", MIB)).toBe(0);
    expect(host.verifyCut("m1", cut.cutId)).toBe(true);
  });

  it("are void after a restart of the host, and then drop no log", async () => {
    const host = newHost();
    await host.put(definition());
    await host.setTracking("m1", { enabled: true });
    await host.releaseCut("m1", (await host.cut("m1", { cutId: "first" })).cutId, true, "P1");
    hypervisor.newest.write(1, 2 * MIB, 3);
    const lost = await host.cut("m1", { cutId: "second" });

    const again = newHost(fileSystem.restart());
    expect(again.verifyCut("m1", lost.cutId)).toBe(false);
    expect(await again.releaseCut("m1", lost.cutId, true, "P2")).toBe(false);
    const cut = await again.cut("m1", {});
    expect(cut.epoch).not.toBe(lost.epoch);
    expect(cut.baseline).toBe("P1");
    const logs = cut.disks.find((disk) => disk.diskId === "data")?.writeLogPaths;
    expect([...readWriteLogs(fileSystem, logs ?? [])]).toContain((2 * MIB) / BLOCK);
  });

  it("name what changed since the last committed one, and only that", async () => {
    const host = newHost();
    await host.put(definition());
    await host.setTracking("m1", { enabled: true, diskIds: ["data"] });
    hypervisor.newest.write(1, 0, 1);
    const first = await host.cut("m1", { diskIds: ["data"] });
    expect(first).toMatchObject({ baseline: null, disks: [{ diskId: "data", writeLogPaths: null }] });
    hypervisor.newest.write(1, BLOCK * 5, 1);
    expect(await host.releaseCut("m1", first.cutId, true, "P1")).toBe(true);
    expect(host.machine("m1").disks[1]?.pendingBytes).toBe(BLOCK);

    const second = await host.cut("m1", { diskIds: ["data"] });
    expect(second.baseline).toBe("P1");
    expect([...readWriteLogs(fileSystem, second.disks[0]?.writeLogPaths ?? [])]).toEqual([5]);
    expect(await host.releaseCut("m1", first.cutId, true, "P0")).toBe(false);
    expect(await host.releaseCut("m1", second.cutId, false, null)).toBe(true);
    const third = await host.cut("m1", { diskIds: ["data"] });
    expect(third.baseline).toBe("P1");
    expect([...readWriteLogs(fileSystem, third.disks[0]?.writeLogPaths ?? [])]).toEqual([5]);
  });

  it("of somebody else's images are void as soon as the file changes", async () => {
    const host = newHost();
    await host.put(definition({ bootable: false, desired: "off" }));
    expect((await host.setTracking("m1", { enabled: true })).tracking).toBe(false);
    await expect(host.start("m1")).rejects.toMatchObject({ code: "MachineNotBootable" });
    const cut = await host.cut("m1", {});
    expect(cut.disks.map((disk) => [disk.preservePath, disk.writeLogPaths])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(host.verifyCut("m1", cut.cutId)).toBe(true);
    const image = fileSystem.open("/disks/data.vhd", "readwrite");
    image.write(0, new Uint8Array(512).fill(1));
    image.close();
    expect(host.verifyCut("m1", cut.cutId)).toBe(false);
    expect(await host.releaseCut("m1", cut.cutId, true, "P1")).toBe(false);
    expect((await host.cut("m1", {})).baseline).toBeNull();
  });
});

describe("what is not as it should be", () => {
  it("an image that is no disk is shown with its reason and stops neither the host nor other machines", async () => {
    const junk = fileSystem.create("/disks/junk.vhd");
    junk.write(0, Buffer.alloc(100_000, "not a disk "));
    junk.close();
    const host = newHost();
    await host.put(definition());
    const disks = [{ id: "junk", name: "junk.vhd", path: "/disks/junk.vhd", role: "os" as const }];
    const broken = await host.put(definition({ id: "m2", name: "BROKEN", disks }));
    expect(broken).toMatchObject({ power: "failed", disks: [{ format: null, problem: { code: "NotADiskImage" } }] });
    await expect(host.cut("m2", {})).rejects.toBeInstanceOf(Fault);
    const missing = [{ id: "gone", name: "gone.vhd", path: "/disks/gone.vhd", role: "os" as const }];
    const served = await host.put(definition({ id: "m3", disks: missing, bootable: false, desired: "off" }));
    expect(served.disks[0]?.problem).toMatchObject({ code: "FileNotFound" });
    expect(host.machine("m1").power).toBe("running");

    const again = newHost();
    await again.startDesired();
    expect(again.status().machines.map((machine) => machine.power)).toEqual(["failed", "running", "off"]);
  });

  it("a damaged definition is reported and left in place; the other machines come up", async () => {
    await newHost().put(definition());
    const file = fileSystem.create("/home/machines/bad.json");
    file.write(0, Buffer.from('{"id": "../escape"}'));
    file.close();
    const host = newHost();
    expect(host.status().problems).toEqual([expect.stringContaining("bad.json")]);
    expect(host.status().machines.map((machine) => machine.id)).toEqual(["m1"]);
    expect(fileSystem.exists("/home/machines/bad.json")).toBe(true);
  });

  it("disks are not exchanged under a running machine", async () => {
    const host = newHost();
    await host.put(definition());
    const other = definition({ disks: definition().disks.slice(0, 1) });
    await expect(host.put(other)).rejects.toMatchObject({ kind: "conflict", code: "MachineDisksInUse" });
    expect(await host.put({ ...other, desired: "running", name: "SQL" }).catch(() => "refused")).toBe("refused");
    await host.stop("m1");
    expect((await host.put({ ...other, desired: "off" })).disks).toHaveLength(1);
  });

  it("forgetting a machine powers it off, ends its logs and leaves its disks", async () => {
    const host = newHost();
    await host.put(definition());
    await host.setTracking("m1", { enabled: true });
    await host.cut("m1", {});
    await host.remove("m1");
    await host.remove("m1");
    expect(hypervisor.newest.off).toBe(true);
    expect(host.status().machines).toEqual([]);
    expect(newHost().status().machines).toEqual([]);
    expect(fileSystem.exists("/disks/os.vhd")).toBe(true);
    expect(() => host.machine("m1")).toThrow(/no machine/);
    expect((await host.put(definition())).tracking).toBe(false);
  });
});
