import { describe, expect, it } from "vitest";
import { Fault } from "@/lib/kernel/fault";
import { encodeVhdFooter, parseVhdFooter, vhdChecksum } from "./vhd-footer";
import { vhdGeometry } from "./vhd-geometry";

const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date("2016-03-01T00:00:00Z") };

function codeOf(call: () => unknown): string {
  try {
    call();
    return "no fault";
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

describe("the VHD footer", () => {
  it("has every field where the specification puts it", () => {
    const footer = encodeVhdFooter("dynamic", 10 * 2 ** 30, identity);
    expect(footer.length).toBe(512);
    expect(footer.toString("latin1", 0, 8)).toBe("conectix");
    expect(footer.readUInt32BE(8)).toBe(2);
    expect(footer.readUInt32BE(12)).toBe(0x10000);
    expect(footer.readBigUInt64BE(16)).toBe(512n);
    expect(footer.readUInt32BE(24)).toBe(Date.UTC(2016, 2, 1) / 1000 - Date.UTC(2000, 0, 1) / 1000);
    expect(footer.toString("latin1", 28, 32)).toBe("win ");
    expect(footer.readBigUInt64BE(40)).toBe(10n * 2n ** 30n);
    expect(footer.readBigUInt64BE(48)).toBe(10n * 2n ** 30n);
    expect(footer.readUInt32BE(60)).toBe(3);
    expect(footer.toString("hex", 68, 84)).toBe("00112233445566778899aabbccddeeff");
    expect(footer.readUInt32BE(64)).toBe(vhdChecksum(footer, 64));
    expect(footer.subarray(84).every((byte) => byte === 0)).toBe(true);
    expect(encodeVhdFooter("fixed", 512, identity).readBigUInt64BE(16)).toBe(0xffff_ffff_ffff_ffffn);
  });

  it.each([
    // Values that the algorithm of the specification's appendix gives, worked out by hand.
    [512, { cylinders: 0, heads: 4, sectorsPerTrack: 17 }],
    [20 * 2 ** 20, { cylinders: 602, heads: 4, sectorsPerTrack: 17 }],
    [512 * 17 * 1024 * 4, { cylinders: 140, heads: 16, sectorsPerTrack: 31 }],
    [2 ** 30, { cylinders: 2080, heads: 16, sectorsPerTrack: 63 }],
    [10 * 2 ** 30, { cylinders: 20_805, heads: 16, sectorsPerTrack: 63 }],
    [127 * 2 ** 30, { cylinders: 65_278, heads: 16, sectorsPerTrack: 255 }],
    [2040 * 2 ** 30, { cylinders: 65_535, heads: 16, sectorsPerTrack: 255 }],
  ])("computes the geometry of %i bytes", (bytes, expected) => {
    expect(vhdGeometry(bytes)).toEqual(expected);
  });

  it("reads back what it wrote", () => {
    const footer = encodeVhdFooter("fixed", 1536, identity);
    expect(parseVhdFooter("x.vhd", footer, "end")).toEqual({
      type: "fixed",
      virtualSizeBytes: 1536,
      headerOffset: null,
      uniqueId: "00112233445566778899aabbccddeeff",
    });
  });

  it("notices every single flipped bit", () => {
    const footer = encodeVhdFooter("dynamic", 2 ** 30, identity);
    for (let bit = 0; bit < 512 * 8; bit++) {
      footer[bit >> 3] = (footer[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(codeOf(() => parseVhdFooter("x.vhd", footer, "end"))).toMatch(/^(NotADiskImage|VhdChecksumMismatch)$/);
      footer[bit >> 3] = (footer[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    }
  });

  it.each([
    ["an unknown type", "VhdUnsupported", (f: Buffer) => f.writeUInt32BE(9, 60)],
    ["another version", "VhdUnsupported", (f: Buffer) => f.writeUInt32BE(0x20000, 12)],
    ["a size of nothing", "VhdDamaged", (f: Buffer) => f.writeBigUInt64BE(0n, 48)],
    ["half a sector", "VhdDamaged", (f: Buffer) => f.writeBigUInt64BE(700n, 48)],
    ["exabytes", "VhdDamaged", (f: Buffer) => f.writeBigUInt64BE(2n ** 60n, 48)],
    ["a header at the end of the world", "VhdDamaged", (f: Buffer) => f.writeBigUInt64BE(2n ** 63n, 16)],
  ])("refuses %s, whose checksum is right", (_what, code, change) => {
    const footer = encodeVhdFooter("dynamic", 2 ** 30, identity);
    change(footer);
    footer.writeUInt32BE(vhdChecksum(footer, 64), 64);
    expect(codeOf(() => parseVhdFooter("x.vhd", footer, "end"))).toBe(code);
  });
});
