import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { installLedgerGuest, LedgerReader, readLedger, writeOrders } from "./ledger";
import { encodeConfig, RECORD_BYTES, SECTOR_BYTES, type LedgerConfig } from "./ledger-format";
import { LEDGER_IMAGE_BASE64 } from "./ledger-image";

const here = import.meta.dirname;
const config: LedgerConfig = {
  hostName: "CONTOSO-TEST",
  title: "A ledger under test",
  ledgerStartLba: 64,
  capacity: 16_384,
  ticksPerOrder: 18,
  ledgerId: 0xfeedbeef,
};

class MemoryDisk {
  readonly bytes: Buffer;
  readBytes = 0;
  constructor(readonly virtualSizeBytes = 2 * 1024 * 1024) {
    this.bytes = Buffer.alloc(virtualSizeBytes);
  }
  read(offset: number, into: Uint8Array): void {
    this.readBytes += into.length;
    into.set(this.bytes.subarray(offset, offset + into.length));
  }
  write(offset: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, offset);
  }
}

function orders(count: number): { at: string; amountCents: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    at: new Date(Date.UTC(2026, 10, 22) + index * 1000).toISOString().slice(0, 19),
    amountCents: 1000 + index,
  }));
}

function diskWith(count: number): MemoryDisk {
  const disk = new MemoryDisk();
  installLedgerGuest(disk, config);
  writeOrders(disk, config, orders(count));
  return disk;
}

const recordAt = (sequence: number): number => config.ledgerStartLba * SECTOR_BYTES + (sequence - 1) * RECORD_BYTES;

function hasNasm(): boolean {
  try {
    execFileSync("nasm", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("the guest's image", () => {
  it("is the same as a module and as a file", () => {
    expect(Buffer.from(LEDGER_IMAGE_BASE64, "base64")).toEqual(readFileSync(path.join(here, "ledger.bin")));
  });

  it.skipIf(!hasNasm())("is what nasm makes of its source (skipped without nasm on the PATH)", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ledger-"));
    try {
      const built = path.join(folder, "ledger.bin");
      execFileSync("nasm", ["-f", "bin", "-o", built, path.join(here, "ledger.asm")]);
      expect(readFileSync(built)).toEqual(readFileSync(path.join(here, "ledger.bin")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("reading a ledger", () => {
  it("knows a disk without our guest, and one with a damaged configuration", () => {
    expect(readLedger(new MemoryDisk())).toBeNull();
    expect(readLedger(new MemoryDisk(512))).toBeNull();
    const disk = diskWith(3);
    disk.bytes.writeUInt8(1, SECTOR_BYTES + 300);
    expect(readLedger(disk)).toBeNull();
  });

  it("counts orders over sector and chunk borders, empty and full", () => {
    for (const count of [0, 1, 15, 16, 17, 2047, 2048, 2049, config.capacity]) {
      const state = readLedger(diskWith(count));
      expect(state).toMatchObject({ count, verdict: "ok", hostName: "CONTOSO-TEST", damagedAt: null });
      expect(state?.lastAt).toBe(count === 0 ? null : orders(count).at(-1)?.at);
    }
  });

  it("names the first damaged order for a flipped bit anywhere in a record", () => {
    for (let byte = 0; byte < RECORD_BYTES; byte += 1) {
      const disk = diskWith(40);
      const at = recordAt(23) + byte;
      disk.bytes.writeUInt8(disk.bytes.readUInt8(at) ^ 0x10, at);
      expect(readLedger(disk)).toMatchObject({ verdict: "damaged", damagedAt: 23, count: 22 });
    }
  });

  it("sees a swapped sector, a sector of another ledger, and a sector that fell back to zeros", () => {
    const swapped = diskWith(64);
    const second = Buffer.from(swapped.bytes.subarray(recordAt(17), recordAt(33)));
    swapped.bytes.copyWithin(recordAt(17), recordAt(33), recordAt(49));
    second.copy(swapped.bytes, recordAt(33));
    expect(readLedger(swapped)).toMatchObject({ verdict: "damaged", damagedAt: 17 });

    const foreign = diskWith(64);
    const other = new MemoryDisk();
    writeOrders(other, { ...config, ledgerId: 1 }, orders(64));
    other.bytes.copy(foreign.bytes, recordAt(33), recordAt(33), recordAt(49));
    expect(readLedger(foreign)).toMatchObject({ verdict: "damaged", damagedAt: 33 });

    const zeroed = diskWith(64);
    zeroed.bytes.fill(0, recordAt(17), recordAt(33));
    expect(readLedger(zeroed)).toMatchObject({ verdict: "damaged", damagedAt: 17, count: 16 });
  });

  it("accepts an older state as what it is: fewer orders, none of them wrong", () => {
    const disk = diskWith(64);
    disk.bytes.fill(0, recordAt(49), recordAt(65));
    expect(readLedger(disk)).toMatchObject({ verdict: "ok", count: 48 });
  });

  it("reads again at the price of what was added, and starts over when the past changed", () => {
    const disk = diskWith(10_000);
    const reader = new LedgerReader();
    expect(reader.read(disk)).toMatchObject({ count: 10_000 });
    writeOrders(disk, config, orders(10_003));
    disk.readBytes = 0;
    expect(reader.read(disk)).toMatchObject({ count: 10_003, verdict: "ok" });
    expect(disk.readBytes).toBeLessThan(256 * 1024);

    const restored = diskWith(10);
    expect(reader.read(restored)).toMatchObject({ count: 10, verdict: "ok" });
  });
});

it("refuses names that the guest could not show", () => {
  expect(() => encodeConfig({ ...config, hostName: "two words" })).toThrow(/does not fit/);
  expect(() => encodeConfig({ ...config, hostName: "x".repeat(32) })).toThrow(/does not fit/);
  expect(() => encodeConfig({ ...config, capacity: 15 })).toThrow(/multiple of 16/);
});
