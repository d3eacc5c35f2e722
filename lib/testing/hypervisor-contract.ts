import { afterEach, describe, expect, it } from "vitest";
import { installLedgerGuest, readLedger, writeOrders } from "@/lib/compute/guest/ledger";
import { SECTOR_BYTES, type LedgerConfig } from "@/lib/compute/guest/ledger-format";
import { readLedgerMark } from "@/lib/compute/guest/ledger-mark";
import { GuestSerialFollower, type GuestLine } from "@/lib/compute/guest/ledger-serial";
import type { Hypervisor, RunningMachine } from "@/lib/compute/hypervisor";
import { Fault } from "@/lib/kernel/fault";

const config: LedgerConfig = {
  hostName: "CONTOSO-GUEST",
  title: "A guest under test",
  ledgerStartLba: 20_000_000, // beyond 9 GiB: needs the BIOS's extensions and 48-bit addresses do no harm
  capacity: 65_536,
  ticksPerOrder: 2,
  ledgerId: 77,
};

class SparseDisk {
  readonly virtualSizeBytes = 10 * 2 ** 30;
  readonly sectors = new Map<number, Uint8Array>();
  writeFault: Error | null = null;
  writes = 0;
  read(offset: number, into: Uint8Array): void {
    into.fill(0);
    for (let at = 0; at < into.length; at += SECTOR_BYTES) {
      const sector = this.sectors.get((offset + at) / SECTOR_BYTES);
      if (sector) into.set(sector, at);
    }
  }
  write(offset: number, bytes: Uint8Array): void {
    if (this.writeFault) throw this.writeFault;
    this.writes += 1;
    for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
      this.sectors.set((offset + at) / SECTOR_BYTES, bytes.slice(at, at + SECTOR_BYTES));
    }
  }
  sync(): void {}
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for ${what}`);
}

function newDisk(history = 0): SparseDisk {
  const disk = new SparseDisk();
  installLedgerGuest(disk, config);
  const orders = Array.from({ length: history }, () => ({ at: "2026-01-02T03:04:05", amountCents: 100 }));
  writeOrders(disk, config, orders);
  return disk;
}

/** The power may go between the write and the line that confirms it: one order more than confirmed is right, one less never. */
function expectAllConfirmed(disk: SparseDisk, follower: GuestSerialFollower): void {
  const state = readLedger(disk);
  const confirmed = follower.orders?.count ?? 0;
  expect(state?.verdict).toBe("ok");
  expect([confirmed, confirmed + 1]).toContain(state?.count);
}

const fault = new Fault({ code: "DiskFull", message: "disk full", possibleCauses: "-", recommendedAction: "-" });

/** What every hypervisor must do with the Contoso guest. `skipped`: why not here; it is printed. */
export function hypervisorContract(
  contract: { readonly name: string; readonly skipped: string | null },
  make: () => Hypervisor,
): void {
  if (contract.skipped !== null) console.log(`skipping the boot tests of ${contract.name}. ${contract.skipped}`);

  const running: RunningMachine[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((machine) => machine.powerOff()));
  });

  async function boot(disk: SparseDisk): Promise<{ machine: RunningMachine; follower: GuestSerialFollower }> {
    const machine = await make().start({ id: "m", name: "M", memoryBytes: 16 << 20, disks: [disk] });
    running.push(machine);
    const follower = new GuestSerialFollower();
    machine.onSerial((text) => follower.push(text));
    return { machine, follower };
  }

  describe.skipIf(contract.skipped !== null)(`the ledger guest on ${contract.name}`, () => {
    it("takes orders, and after being dropped mid-flight has every order that it confirmed", async () => {
      const disk = newDisk();
      const first = await boot(disk);
      await until(() => (first.follower.orders?.count ?? 0) >= 20, "20 orders");
      const confirmed = first.follower.orders?.count ?? 0;
      await first.machine.powerOff();
      const writesAtPowerOff = disk.writes;

      const second = await boot(disk);
      await until(() => second.follower.orders !== null, "the recovered ledger");
      expect(second.follower.orders?.count).toBeGreaterThanOrEqual(confirmed);
      expect(second.follower.orders?.verdict).toBe("ok");
      expect(disk.writes).toBe(writesAtPowerOff);
      await until(() => (second.follower.orders?.count ?? 0) > confirmed + 3, "orders after the restart");
      await second.machine.powerOff();
      expectAllConfirmed(disk, second.follower);
    });

    it("verifies a long history at the start and shows it on the screen", async () => {
      const { machine, follower } = await boot(newDisk(40_001));
      await until(() => (follower.orders?.count ?? 0) > 40_001, "an order after the history");
      const shows = (text: string) => machine.screen().rows.join("\n").includes(text);
      await until(() => shows("taking orders"), "the screen");
      const screen = machine.screen().rows.join("\n");
      expect(screen).toContain("CONTOSO-GUEST");
      expect(screen).toContain("40001 orders verified at start");
      expect(screen).toContain("taking orders");
      expect(machine.screen().rows).toHaveLength(25);
    });

    it("draws what its display shows, and nothing once it is off", async () => {
      const { machine, follower } = await boot(newDisk());
      await until(() => (follower.orders?.count ?? 0) > 0, "an order");
      const png = Buffer.from((await machine.screenshot()) ?? []);
      expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
      // QEMU draws the ninth column of each character.
      expect(["640x400", "720x400"]).toContain(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`);
      expect(png.length).toBeGreaterThan(1000); // A black picture of that size takes less.
      await machine.powerOff();
      expect(await machine.screenshot()).toBeNull();
    });

    it("finds damage where the host finds it, and takes no more orders", async () => {
      const disk = newDisk(500);
      const sector = disk.sectors.get(config.ledgerStartLba + 3);
      if (sector) sector[100] = (sector[100] ?? 0) ^ 1;
      const { machine, follower } = await boot(disk);
      await until(() => follower.orders !== null, "the verdict");
      expect(follower.orders).toMatchObject({ verdict: "damaged", count: readLedger(disk)?.count ?? -1 });
      expect(machine.screen().serial).toContain(`ledger=damaged at=${readLedger(disk)?.damagedAt}`);
      await until(() => machine.screen().rows.join("\n").includes("DAMAGED"), "the screen");
      const writes = disk.writes;
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(disk.writes).toBe(writes);
    });

    it("confirms nothing while the disk refuses, says so, and goes on with the same number afterwards", async () => {
      const disk = newDisk();
      const { machine, follower } = await boot(disk);
      await until(() => (follower.orders?.count ?? 0) >= 3, "orders");
      disk.writeFault = fault;
      await until(() => follower.problem !== null, "the guest's complaint");
      const before = follower.orders?.count ?? 0;
      expect(machine.diskProblem()).toBe("disk full");
      await until(() => machine.screen().rows.join("\n").includes("DISK WRITE ERROR"), "the screen");
      disk.writeFault = null;
      await until(() => (follower.orders?.count ?? 0) > before, "orders after the fault");
      expect(machine.failure()).toBeNull();
      expect(follower.problem).toBeNull();
      await machine.powerOff();
      expectAllConfirmed(disk, follower);
    });

    it("stops as failed, confirming nothing more, when a write breaks in a way nobody foresaw", async () => {
      const disk = newDisk();
      const { machine, follower } = await boot(disk);
      await until(() => (follower.orders?.count ?? 0) >= 3, "orders");
      disk.writeFault = new TypeError("a bug below");
      const reasons: string[] = [];
      machine.onFailure((reason) => reasons.push(reason));
      await until(() => machine.failure() !== null, "the failure");
      const confirmed = follower.orders?.count;
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(reasons).toEqual([expect.stringContaining("a bug below")]);
      expect(follower.orders?.count).toBe(confirmed);
      expect(readLedger(disk)?.count).toBe(confirmed);
    });

    it("brings its orders to rest when asked, with a mark on the disk that counts on over starts, and goes on", async () => {
      const disk = newDisk();
      const first = await boot(disk);
      await until(() => (first.follower.orders?.count ?? 0) >= 3, "orders");
      const lines: GuestLine[] = [];
      first.follower.onLine((line) => lines.push(line));
      const quiesced = async () => {
        first.machine.sendSerial("S");
        await until(() => lines.some((line) => line.kind === "quiesced"), "the answer");
        return lines.find((line) => line.kind === "quiesced");
      };
      expect(await quiesced()).toMatchObject({ mark: 1, orders: readLedger(disk)?.count });
      expect(readLedgerMark(disk)).toMatchObject({ sequence: 1, orders: readLedger(disk)?.count });
      lines.splice(0);
      first.machine.sendSerial("R");
      await until(() => lines.some((line) => line.kind === "order"), "an order after it");
      lines.splice(0);
      disk.writeFault = fault;
      first.machine.sendSerial("S");
      await until(() => lines.some((line) => line.kind === "quiesceFailed"), "the refusal");
      disk.writeFault = null;
      expect(readLedgerMark(disk)).toMatchObject({ sequence: 1 });
      await first.machine.powerOff();

      const second = await boot(disk);
      await until(() => (second.follower.orders?.count ?? 0) > 0, "the next start");
      let mark: number | null = null;
      second.follower.onLine((line) => (mark = line.kind === "quiesced" ? line.mark : mark));
      second.machine.sendSerial("S");
      await until(() => mark !== null, "the second mark");
      expect(readLedgerMark(disk)?.sequence).toBe(2);
      expect(readLedger(disk)?.verdict).toBe("ok");
    });

    it("runs several machines side by side, quiesces one and leaves the others working", async () => {
      const disks = [newDisk(), newDisk(), newDisk()];
      const guests = await Promise.all(disks.map((disk) => boot(disk)));
      await until(() => guests.every((guest) => (guest.follower.orders?.count ?? 0) >= 3), "orders on all");
      const [quiet, busy] = [guests[0], guests[1]];
      quiet?.machine.sendSerial("S");
      await until(() => quiet?.machine.screen().serial.includes("QUIESCED") ?? false, "the answer");
      const paused = quiet?.follower.orders?.count;
      const going = busy?.follower.orders?.count ?? 0;
      await until(() => (busy?.follower.orders?.count ?? 0) > going + 3, "orders on the other machine");
      expect(quiet?.follower.orders?.count).toBe(paused);
    });
  });
}
