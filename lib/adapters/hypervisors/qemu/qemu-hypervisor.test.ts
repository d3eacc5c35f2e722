import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { installLedgerGuest } from "@/lib/compute/guest/ledger";
import type { GuestDisk } from "@/lib/compute/hypervisor";
import { hypervisorContract } from "@/lib/testing/hypervisor-contract";
import { findQemu, qemuMissing } from "./find-qemu";
import { QemuHypervisor } from "./qemu-hypervisor";
import { parseTextScreen } from "./text-screen";
import { makeVmFolder } from "./vm-folder";

const skipped = findQemu() === null ? qemuMissing() : null;
// One for all tests: whether KVM works is asked once.
const qemu = new QemuHypervisor();
hypervisorContract({ name: "QEMU", skipped }, () => qemu);

class MemoryDisk implements GuestDisk {
  readonly virtualSizeBytes = 16 * 2 ** 20;
  readonly bytes = Buffer.alloc(this.virtualSizeBytes);
  read(offset: number, into: Uint8Array): void {
    into.set(this.bytes.subarray(offset, offset + into.length));
  }
  write(offset: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, offset);
  }
  sync(): void {}
}

const folders = () => readdirSync(os.tmpdir()).filter((name) => name.startsWith("secondsite-vm-"));

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !condition(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(condition()).toBe(true);
}

describe.skipIf(skipped !== null)("a machine on QEMU", () => {
  const spec = () => {
    const disk = new MemoryDisk();
    const config = { title: "t", ledgerStartLba: 2048, capacity: 1024, ticksPerOrder: 4, ledgerId: 5 };
    installLedgerGuest(disk, { ...config, hostName: "CONTOSO-QEMU" });
    return { id: "m", name: "M", memoryBytes: 16 << 20, disks: [disk] };
  };

  it("waits for a disk that must fetch what is read, and shows its display", async () => {
    const asked: number[] = [];
    const machine = spec();
    const [disk] = machine.disks;
    const slow = Object.assign(Object.create(disk ?? null) as GuestDisk, {
      prepare: (offset: number) => (asked.push(offset), new Promise<void>((resolve) => setTimeout(resolve, 5))),
    });
    const running = await qemu.start({ ...machine, disks: [slow] });
    await until(() => running.screen().serial.includes("CONTOSO-QEMU"));
    expect(asked.length).toBeGreaterThan(1);
    const png = Buffer.from((await running.screenshot()) ?? []);
    expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
    await running.powerOff();
  });

  it("leaves no process and no socket behind", async () => {
    const before = folders();
    const running = await qemu.start(spec());
    expect(folders().length).toBe(before.length + 1);
    await running.powerOff();
    expect(folders()).toEqual(before);
  });

  it("fails with QEMU's own words when its program does not work", async () => {
    const broken = new QemuHypervisor({ program: "/bin/false" });
    await expect(broken.start(spec())).rejects.toMatchObject({ code: "MachineCannotStart", message: /QEMU ended/ });
  });

  it("dies with the host that started it", async () => {
    const tied = '{ read -r word <&3 || kill -KILL $$; } & exec "$@" 3<&-';
    const host = spawn("/bin/sh", ["-c", tied, "sh", "sleep", "60"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const ended = new Promise((resolve) => host.on("exit", (_code, signal) => resolve(signal)));
    host.stdio[3]?.destroy();
    expect(await ended).toBe("SIGKILL");
  });
});

it("clears away what the machines of a killed host left, and nothing of a living one", () => {
  const parent = mkdtempSync(path.join(os.tmpdir(), "secondsite-folders-"));
  const dead = spawnSync("/bin/true").pid;
  for (const name of [`secondsite-vm-${dead}-aaaaaa`, "secondsite-vm-1-bbbbbb", "secondsite-vm-notes"]) {
    mkdirSync(path.join(parent, name));
  }
  const made = path.basename(makeVmFolder(parent));
  expect(readdirSync(parent).sort()).toEqual([made, "secondsite-vm-1-bbbbbb", "secondsite-vm-notes"].sort());
  rmSync(parent, { recursive: true });
});

it("reads the text screen from what the monitor prints", () => {
  const cells = Array.from({ length: 2000 }, (_, index) =>
    index === 80 ? "0x0748" : index === 81 ? "0x0769" : "0x0720",
  );
  const printed = cells.map((cell, index) => (index % 8 === 0 ? `\n00000000000b8000: ${cell}` : ` ${cell}`)).join("");
  const rows = parseTextScreen(printed);
  expect(rows).toHaveLength(25);
  expect(rows[1]?.trimEnd()).toBe("Hi");
});

it("says what to install when QEMU is nowhere", () => {
  expect(findQemu("/nowhere")).toBeNull();
  expect(qemuMissing()).toContain("qemu-system-x86");
});
