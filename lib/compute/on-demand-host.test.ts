import { describe, expect, it } from "vitest";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { createFixedVhd } from "@/lib/engine/disk/create-vhd";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { onDemandFiles, writeOnDemandState, type OnDemandState } from "@/lib/engine/on-demand/on-demand-files";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { TestClock } from "@/lib/testing/test-clock";
import { seededRandom } from "@/lib/testing/seeded-random";
import { ComputeHost } from "./host";
import { MachineDefinition } from "./host-protocol";
import type { GuestDisk, Hypervisor, RunningMachine } from "./hypervisor";

const IMAGE = "/replica/os.vhd";
const SIZE = 16 * 1024 * 1024;
const STATE: OnDemandState = {
  ...{ version: 1, diskId: "os", root: "aa", virtualSizeBytes: SIZE, socket: "/run/b.sock", bootId: null },
  hydrated: null,
};
const PROOF = { root: "aa", bytesWritten: 0, bytesVerified: 0, holesProvenBy: "read" as const, seconds: 1, at: "" };

/** Gives the test the disks that a guest would have. */
class Puppet implements Hypervisor {
  readonly name = "v86" as const;
  disks: readonly GuestDisk[] = [];
  unavailableReason = () => null;
  async start(spec: Parameters<Hypervisor["start"]>[0]): Promise<RunningMachine> {
    this.disks = spec.disks;
    return {
      id: spec.id,
      screen: () => ({ rows: [], serial: "", revision: 0 }),
      screenshot: async () => null,
      ...{ onConsole: () => () => undefined, onSerial: () => () => undefined, failure: () => null },
      ...{ onFailure: () => undefined, diskProblem: () => null, powerOff: async () => {}, sendSerial: () => undefined },
    };
  }
  get disk(): GuestDisk {
    const [disk] = this.disks;
    if (!disk) throw new Error("nothing was started");
    return disk;
  }
}

/** A region with one machine whose image is empty so far; the supplier puts a block of sevens wherever it is asked. */
function region() {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeFolder("/replica");
  createFixedVhd(fileSystem, IMAGE, {
    virtualSizeBytes: SIZE,
    uniqueId: seededRandom(1).uuid(),
    createdAt: new Date(0),
  }).close();
  writeOnDemandState(fileSystem, IMAGE, STATE);
  const puppet = new Puppet();
  const asked: number[] = [];
  const newHost = (on = fileSystem) =>
    new ComputeHost({
      ...{ home: "/home", hostName: "REGION", pid: 1, fileSystem: on, hypervisor: puppet, bootId: null },
      ...{ clock: new TestClock(), random: seededRandom(2) },
      supplyBlocks: () => ({
        problem: null,
        close: () => undefined,
        async want(first) {
          asked.push(first);
          const image = openDisk(fileSystem, IMAGE, "readwrite");
          image.write(first * BLOCK_BYTES, Buffer.alloc(BLOCK_BYTES, 7));
          image.close();
          return [{ first, end: first + 1 }];
        },
      }),
    });
  return { fileSystem, puppet, asked, newHost };
}

const definition = MachineDefinition.parse({
  ...{ id: "m1", name: "SQL-test", memoryBytes: 16 << 20, desired: "running" },
  disks: [{ id: "os", name: "os.vhd", path: IMAGE, role: "os" }],
});

async function read(disk: GuestDisk, offset: number): Promise<number> {
  await disk.prepare?.(offset, 512);
  const sector = Buffer.alloc(512);
  disk.read(offset, sector);
  return sector.readUInt8(0);
}

describe("a host with a disk that is not whole", () => {
  it("fetches what the guest reads, keeps what it writes beside the image, and finds it again after a kill", async () => {
    const { fileSystem, puppet, asked, newHost } = region();
    await newHost().put(definition);
    expect(await read(puppet.disk, 0)).toBe(7);
    puppet.disk.write(512, Buffer.alloc(512, 9));
    expect([await read(puppet.disk, 512), await read(puppet.disk, 1024)]).toEqual([9, 7]);
    expect(asked).toEqual([0]);

    const next = newHost(fileSystem.restart());
    await next.startDesired();
    expect(await read(puppet.disk, 512)).toBe(9);
    expect(next.machine("m1").disks[0]?.onDemand).toEqual({ stage: "hydrating", overlayBytes: 512, waiting: null });
  });

  it("makes it an ordinary disk only once it is proven, under the running guest", async () => {
    const { fileSystem, puppet, newHost } = region();
    const host = newHost();
    await host.put(definition);
    puppet.disk.write(512, Buffer.alloc(512, 9));
    expect(await host.settleDisks("m1")).toBe(false);
    writeOnDemandState(fileSystem, IMAGE, { ...STATE, hydrated: PROOF });
    expect(await host.settleDisks("m1")).toBe(true);
    expect(host.machine("m1").disks[0]?.onDemand).toBeUndefined();
    puppet.disk.write(1024, Buffer.alloc(512, 8));
    await host.stop("m1");
    expect(fileSystem.list("/replica")).toEqual(["os.vhd"]);
    const image = openDisk(fileSystem, IMAGE, "read");
    const sectors = Buffer.alloc(1024);
    image.read(512, sectors);
    expect([sectors.readUInt8(0), sectors.readUInt8(512)]).toEqual([9, 8]);
    image.close();
  });

  it("settles while the machine is off, too", async () => {
    const { fileSystem, puppet, newHost } = region();
    const host = newHost();
    await host.put(definition);
    puppet.disk.write(512, Buffer.alloc(512, 9));
    await host.stop("m1");
    writeOnDemandState(fileSystem, IMAGE, { ...STATE, hydrated: PROOF });
    expect(await host.settleDisks("m1")).toBe(true);
    expect(fileSystem.exists(onDemandFiles(IMAGE).overlay)).toBe(false);
  });

  it("refuses to be replicated from, saying why", async () => {
    const { newHost } = region();
    const host = newHost();
    await host.put(definition);
    await expect(host.cut("m1", {})).rejects.toMatchObject({ code: "DiskNotWhole" });
  });
});

describe("a host with two hypervisors", () => {
  it("starts machines with the one that was chosen, also after a restart, and refuses one that is not installed", async () => {
    const fileSystem = new MemoryFileSystem();
    const qemu = Object.assign(new Puppet(), { name: "qemu" as const });
    const newHost = (reason: string | null) =>
      new ComputeHost({
        ...{ home: "/home", hostName: "REGION", pid: 1, fileSystem, hypervisor: new Puppet(), bootId: null },
        ...{ clock: new TestClock(), random: seededRandom(2) },
        otherHypervisors: [Object.assign(qemu, { unavailableReason: () => reason })],
      });
    const without = newHost("not installed");
    expect(() => without.chooseHypervisor("qemu")).toThrow(/not installed/);
    expect(without.status()).toMatchObject({ hypervisor: "v86", hypervisors: [{ name: "v86" }, { name: "qemu" }] });
    newHost(null).chooseHypervisor("qemu");
    expect(newHost(null).status().hypervisor).toBe("qemu");
    expect(() => newHost(null).chooseHypervisor("hyperv")).toThrow(/knows no hypervisor/);
  });
});
