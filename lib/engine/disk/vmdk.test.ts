import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "@/lib/kernel/fault";
import { MemoryFileSystem, ProcessKilled } from "@/lib/testing/memory-file-system";
import { createVmdk, type VmdkKind } from "./create-vmdk";
import type { Disk } from "./disk";
import { openDisk } from "./open-disk";

const MIB = 2 ** 20;
const KINDS = ["monolithicFlat", "monolithicSparse", "twoGbMaxExtentFlat", "twoGbMaxExtentSparse"] as const;
const contentId = "0badcafe";

function create(kind: VmdkKind, virtualSizeBytes: number): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  createVmdk(fileSystem, "/d.vmdk", { kind, virtualSizeBytes, contentId }).close();
  return fileSystem;
}

function readAll(disk: Disk): Buffer {
  const all = Buffer.alloc(disk.virtualSizeBytes, 0xcc);
  disk.read(0, all);
  return all;
}

/** Bytes that say where they belong and by which write they came. */
function stamp(offset: number, length: number, generation: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 16) {
    bytes.writeDoubleLE(offset + at, at);
    bytes.writeUInt32LE(generation, at + 8);
    bytes.writeUInt32LE(0xfeed_face, at + 12);
  }
  return bytes;
}

function codeOf(call: () => unknown): string {
  try {
    call();
    return "no fault";
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

function content(fileSystem: MemoryFileSystem, path: string): Buffer {
  const file = fileSystem.open(path, "read");
  const bytes = Buffer.alloc(file.sizeBytes());
  file.read(0, bytes);
  file.close();
  return bytes;
}

function put(fileSystem: MemoryFileSystem, path: string, bytes: Uint8Array | string): void {
  const file = fileSystem.create(path, { replace: true });
  file.write(0, typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  file.close();
}

function edit(fileSystem: MemoryFileSystem, path: string, from: string | RegExp, to: string): void {
  put(fileSystem, path, content(fileSystem, path).toString("latin1").replace(from, to));
}

describe.each(KINDS)("a %s VMDK", (kind) => {
  it("reads back any sequence of writes, also after it was opened again", () => {
    const sectors = (3 * MIB) / 512 + 3;
    const write = fc.record({
      sector: fc.integer({ min: 0, max: sectors - 1 }),
      count: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 2000 })),
      zero: fc.boolean(),
      reopen: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
        const fileSystem = create(kind, sectors * 512);
        const model = Buffer.alloc(sectors * 512);
        let disk = openDisk(fileSystem, "/d.vmdk", "readwrite");
        writes.forEach(({ sector, count, zero, reopen }, generation) => {
          const length = Math.min(count, sectors - sector) * 512;
          const bytes = zero ? Buffer.alloc(length) : stamp(sector * 512, length, generation);
          disk.write(sector * 512, bytes);
          bytes.copy(model, sector * 512);
          if (reopen) {
            disk.close();
            disk = openDisk(fileSystem, "/d.vmdk", "readwrite");
          }
        });
        expect(readAll(disk).equals(model)).toBe(true);
        const inExtents = Buffer.alloc(model.length);
        for (const { offsetBytes, lengthBytes } of disk.allocatedExtents())
          disk.read(offsetBytes, inExtents.subarray(offsetBytes, offsetBytes + lengthBytes));
        expect(inExtents.equals(model)).toBe(true);
      }),
      { numRuns: 25, seed: 11 },
    );
  });

  it("has another content id after its first write, and is not written when opened for reading", () => {
    const fileSystem = create(kind, MIB);
    const disk = openDisk(fileSystem, "/d.vmdk", "readwrite");
    expect(disk.linkageId).toBe(contentId);
    disk.write(512, stamp(512, 512, 1));
    disk.write(0, stamp(0, 512, 2));
    disk.close();
    const again = openDisk(fileSystem, "/d.vmdk", "read");
    expect(again.linkageId).not.toBe(contentId);
    expect(() => again.write(0, Buffer.alloc(512))).toThrow(Fault);
  });

  it.each(["fcafe", "3"])(
    "with the short content id %s, as QEMU writes it, is renewed in its place or refused",
    (id) => {
      const fileSystem = create(kind, MIB);
      edit(fileSystem, "/d.vmdk", `CID=${contentId}`, `CID${" ".repeat(8 - id.length)}=${id}`);
      if (id.length < 4) {
        expect(codeOf(() => openDisk(fileSystem, "/d.vmdk", "readwrite"))).toBe("VmdkDescriptorInvalid");
        expect(openDisk(fileSystem, "/d.vmdk", "read").linkageId).toBe("00000003");
        return;
      }
      const disk = openDisk(fileSystem, "/d.vmdk", "readwrite");
      expect(disk.linkageId).toBe("000fcafe");
      disk.write(512, stamp(512, 512, 1));
      disk.close();
      const renewed = openDisk(fileSystem, "/d.vmdk", "read").linkageId;
      expect(renewed).toMatch(/^000[0-9a-f]{5}$/);
      expect(renewed).not.toBe("000fcafe");
    },
  );

  it("spans its files without a seam, beyond 2 GiB", () => {
    const fileSystem = create(kind, 5 * 2 ** 30);
    const disk = openDisk(fileSystem, "/d.vmdk", "readwrite");
    const places = [2 ** 31 - 4096, 4_192_256 * 512 - 4096, 2 ** 32 - 4096, 5 * 2 ** 30 - 8192];
    for (const at of places) disk.write(at, stamp(at, 8192, 7));
    disk.close();
    const again = openDisk(fileSystem, "/d.vmdk", "read");
    for (const at of places) {
      const into = Buffer.alloc(8192);
      again.read(at, into);
      expect(into.equals(stamp(at, 8192, 7)), `at ${at}`).toBe(true);
    }
    expect(again.files.length).toBe({ monolithicFlat: 2, monolithicSparse: 1 }[kind as string] ?? 4);
  });
});

describe("a kill at any call", () => {
  const script: readonly (readonly [offset: number, length: number])[] = [
    [0, 512],
    [65_024, 1024],
    [512, 4096],
    [MIB, 2048],
    [3 * MIB - 512, 512],
    [MIB + 1024, 131_072],
  ];

  it.each([
    ["without a parent", 0],
    ["without a parent", 0.5],
    ["over a parent", 0],
    ["over a parent", 1],
  ] as const)("loses no finished write, %s (torn to %d)", (which, tornShare) => {
    const parentBytes = which === "over a parent" ? stamp(0, 3 * MIB, 50) : Buffer.alloc(3 * MIB);
    for (let killAtCall = 1; ; killAtCall++) {
      const medium = new MemoryFileSystem();
      const made = createVmdk(medium, "/d.vmdk", { kind: "monolithicSparse", virtualSizeBytes: 3 * MIB, contentId });
      if (which === "over a parent") made.write(0, parentBytes);
      made.close();
      if (which === "over a parent") snapshotOf(medium, "/d.vmdk", "/c.vmdk");
      const path = which === "over a parent" ? "/c.vmdk" : "/d.vmdk";
      const process = medium.restart({ killAtCall, tornShare });
      let finished = 0;
      let killed = false;
      try {
        const disk = openDisk(process, path, "readwrite");
        for (const [offset, length] of script) {
          disk.write(offset, stamp(offset, length, finished + 1));
          finished += 1;
        }
        disk.close();
      } catch (error) {
        if (!(error instanceof ProcessKilled)) throw error;
        killed = true;
      }
      const model = Buffer.from(parentBytes);
      script.slice(0, finished).forEach(([at, length], step) => stamp(at, length, step + 1).copy(model, at));
      // The interrupted write may be there in part; everything else is as it was.
      const next = script[finished];
      const mask = (all: Buffer) => (next === undefined ? all : all.fill(0, next[0], next[0] + next[1]));
      const expected = mask(model);
      const now = (mode: "read" | "readwrite") => openDisk(medium.restart(), path, mode);
      expect(mask(readAll(now("read"))).equals(expected), `killed at ${killAtCall}`).toBe(true);
      const repaired = now("readwrite");
      expect(mask(readAll(repaired)).equals(expected)).toBe(true);
      repaired.write(2 * MIB, stamp(2 * MIB, 512, 99));
      repaired.close();
      stamp(2 * MIB, 512, 99).copy(expected, 2 * MIB);
      expect(mask(readAll(now("read"))).equals(expected)).toBe(true);
      expectCopiesEqual(medium, path);
      if (!killed) return;
    }
  });

  /** The two grain tables of a disk of 3 MiB: found through the header, as another program would. */
  function expectCopiesEqual(fileSystem: MemoryFileSystem, path: string): void {
    const bytes = content(fileSystem, path);
    const tableOf = (directoryField: number): Buffer => {
      const sector = bytes.readUInt32LE(Number(bytes.readBigUInt64LE(directoryField)) * 512);
      return bytes.subarray(sector * 512, sector * 512 + 2048);
    };
    expect(tableOf(48).equals(tableOf(56))).toBe(true);
    expect(tableOf(56).readUInt32LE((2 * MIB) / 65_536 * 4)).not.toBe(0); // prettier-ignore
    expect(bytes.readUInt8(72), "the mark of a writer at work").toBe(0);
  }
});

function snapshotOf(fileSystem: MemoryFileSystem, parentPath: string, path: string): void {
  const parent = openDisk(fileSystem, parentPath, "read");
  createVmdk(fileSystem, path, {
    kind: "monolithicSparse",
    virtualSizeBytes: parent.virtualSizeBytes,
    contentId: "11111111",
    parent: { fileName: parentPath.slice(1), contentId: parent.linkageId ?? "" },
  }).close();
  parent.close();
}

describe("a chain of snapshots", () => {
  function chain(): MemoryFileSystem {
    const fileSystem = create("twoGbMaxExtentSparse", MIB);
    const base = openDisk(fileSystem, "/d.vmdk", "readwrite");
    base.write(0, stamp(0, 200_192, 1));
    base.close();
    snapshotOf(fileSystem, "/d.vmdk", "/s1.vmdk");
    const first = openDisk(fileSystem, "/s1.vmdk", "readwrite");
    first.write(65_024, stamp(65_024, 1024, 2));
    first.write(MIB - 512, stamp(MIB - 512, 512, 2));
    first.close();
    snapshotOf(fileSystem, "/s1.vmdk", "/s2.vmdk");
    const second = openDisk(fileSystem, "/s2.vmdk", "readwrite");
    second.write(131_072, Buffer.alloc(65_536));
    second.close();
    return fileSystem;
  }

  it("reads what each of its files wrote last, zeros included, and knows all its files", () => {
    const disk = openDisk(chain(), "/s2.vmdk", "read");
    const expected = Buffer.alloc(MIB);
    stamp(0, 200_192, 1).copy(expected);
    stamp(65_024, 1024, 2).copy(expected, 65_024);
    stamp(MIB - 512, 512, 2).copy(expected, MIB - 512);
    expected.fill(0, 131_072, 196_608);
    expect(readAll(disk).equals(expected)).toBe(true);
    expect(disk.files.map((file) => file.path)).toEqual(["/s2.vmdk", "/s1.vmdk", "/d.vmdk", "/d-s001.vmdk"]);
    expect(disk.allocatedExtents()).toEqual([
      { offsetBytes: 0, lengthBytes: 262_144 },
      { offsetBytes: MIB - 65_536, lengthBytes: 65_536 },
    ]);
  });

  it("is refused when a parent was written to, is gone, or is the child itself", () => {
    const written = chain();
    const base = openDisk(written, "/d.vmdk", "readwrite");
    base.write(0, stamp(0, 512, 9));
    base.close();
    expect(codeOf(() => openDisk(written, "/s2.vmdk", "read"))).toBe("ParentDiskChanged");
    const gone = chain();
    gone.remove("/d.vmdk");
    expect(codeOf(() => openDisk(gone, "/s2.vmdk", "read"))).toBe("DiskPartMissing");
    const loop = chain();
    edit(loop, "/d.vmdk", "parentCID=ffffffff", 'parentCID=11111111\nparentFileNameHint="s2.vmdk"');
    expect(codeOf(() => openDisk(loop, "/s2.vmdk", "read"))).toBe("ParentChainInvalid");
  });
});

describe("a descriptor that names what is none of its business", () => {
  it.each([
    ["an absolute path", "/secret.raw", "DiskPartOutsideFolder"],
    ["a path that goes up", "../secret.raw", "DiskPartOutsideFolder"],
    ["a path that goes down and up", "x/../../secret.raw", "DiskPartOutsideFolder"],
    ["a path of Windows", "..\\secret.raw", "DiskPartOutsideFolder"],
    ["a drive", "C:secret.raw", "DiskPartOutsideFolder"],
    ["a device of Windows", "\\\\.\\PhysicalDrive0", "DiskPartOutsideFolder"],
    ["a URL", "nbd://localhost/x", "DiskPartOutsideFolder"],
    ["a description in JSON", "json:{}", "DiskPartOutsideFolder"],
    ["a link out of the folder", "link.vmdk", "DiskPartOutsideFolder"],
    ["a file that is not there", "none.vmdk", "DiskPartMissing"],
    ["the descriptor itself", "d.vmdk", "VmdkDescriptorInvalid"],
  ])("%s is refused, and never opened", (_what, name, code) => {
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeFolder("/site");
    createVmdk(fileSystem, "/site/d.vmdk", { kind: "monolithicFlat", virtualSizeBytes: MIB, contentId }).close();
    put(fileSystem, "/secret.raw", Buffer.alloc(MIB, 1));
    fileSystem.medium.links.set("/site/link.vmdk", "/secret.raw");
    edit(fileSystem, "/site/d.vmdk", '"d-flat.vmdk"', `"${name.replaceAll("$", "$$")}"`);
    const opened: string[] = [];
    fileSystem.onCall = (call, path) => call === "open" && opened.push(path);
    expect(codeOf(() => openDisk(fileSystem, "/site/d.vmdk", "read"))).toBe(code);
    expect(opened).toEqual(["/site/d.vmdk"]);
  });

  it("may be a link itself: its parts are then beside the real file", () => {
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeFolder("/store");
    fileSystem.makeFolder("/site");
    createVmdk(fileSystem, "/store/d.vmdk", { kind: "monolithicFlat", virtualSizeBytes: MIB, contentId }).close();
    fileSystem.medium.links.set("/site/d.vmdk", "/store/d.vmdk");
    expect(openDisk(fileSystem, "/site/d.vmdk", "read").format).toBe("vmdk-flat");
  });
});

describe("a damaged VMDK", () => {
  const sparse = (): MemoryFileSystem => {
    const fileSystem = create("monolithicSparse", 40 * MIB);
    const disk = openDisk(fileSystem, "/d.vmdk", "readwrite");
    disk.write(0, stamp(0, 196_608, 1));
    disk.close();
    return fileSystem;
  };
  const header = (fileSystem: MemoryFileSystem, change: (bytes: Buffer) => void): MemoryFileSystem => {
    const bytes = content(fileSystem, "/d.vmdk");
    change(bytes);
    put(fileSystem, "/d.vmdk", bytes);
    return fileSystem;
  };
  const table = (bytes: Buffer): number => bytes.readUInt32LE(Number(bytes.readBigUInt64LE(56)) * 512) * 512;

  it.each([
    ["a grain twice", (b: Buffer) => b.writeUInt32LE(b.readUInt32LE(table(b)), table(b) + 4), "VmdkDamaged"],
    ["a grain beyond the end", (b: Buffer) => b.writeUInt32LE(0xffff_ff80, table(b)), "VmdkTruncated"],
    ["no tables", (b: Buffer) => b.writeBigUInt64LE(2n ** 36n, 56), "VmdkTruncated"],
    ["line ends of text", (b: Buffer) => b.writeUInt8(10, 75), "VmdkDamaged"],
    ["a size that its tables do not cover", (b: Buffer) => b.writeBigUInt64LE(64n, 12), "VmdkDamaged"],
    ["grains of three sectors", (b: Buffer) => b.writeBigUInt64LE(3n, 20), "VmdkUnsupported"],
    ["a version of the future", (b: Buffer) => b.writeUInt32LE(9, 4), "VmdkUnsupported"],
  ] as const)("that has %s is refused to a writer", (_what, change, code) => {
    const fileSystem = header(sparse(), change);
    expect(codeOf(() => openDisk(fileSystem, "/d.vmdk", "readwrite"))).toBe(code);
  });

  it("whose grain lies on its tables is refused to a writer", () => {
    const fileSystem = create("monolithicSparse", 4 * 2 ** 30);
    header(fileSystem, (bytes) => bytes.writeUInt32LE(128, table(bytes)));
    expect(codeOf(() => openDisk(fileSystem, "/d.vmdk", "readwrite"))).toBe("VmdkDamaged");
  });

  it("that repeats one grain for ever is not read for ever", () => {
    const fileSystem = create("monolithicSparse", 4 * 2 ** 30);
    header(fileSystem, (bytes) => {
      for (let entry = 0; entry < 512; entry++) bytes.writeUInt32LE(128, table(bytes) + entry * 4);
    });
    expect(codeOf(() => openDisk(fileSystem, "/d.vmdk", "read").allocatedExtents())).toBe("VmdkDamaged");
  });

  it("is refused where its text is not what a descriptor is", () => {
    const flat = () => create("monolithicFlat", MIB);
    for (const [from, to, code] of [
      ["version=1", "version=4", "VmdkDescriptorInvalid"],
      ["CID=0badcafe", "CID=0badcafe\nCID=1", "VmdkDescriptorInvalid"],
      ["monolithicFlat", "fullDevice", "VmdkUnsupported"],
      ["RW 2048 FLAT", "RW 99999999999999999999 FLAT", "VmdkDescriptorInvalid"],
      ["RW 2048 FLAT", "RW 200000000000 FLAT", "VmdkUnsupported"],
      ["RW 2048 FLAT", "RW 4096 FLAT", "VmdkTruncated"],
      ["RW 2048 FLAT", "NOACCESS 2048 FLAT", "VmdkUnsupported"],
      ["RW 2048 FLAT", "RW 2048 VMFSRDM", "VmdkUnsupported"],
      ["RW 2048 FLAT", "RW 0 FLAT", "VmdkDescriptorInvalid"],
      ["parentCID=ffffffff", "parentCID=12345678", "VmdkDescriptorInvalid"],
      ["#DDB", "nonsense", "VmdkDescriptorInvalid"],
    ] as const) {
      const fileSystem = flat();
      edit(fileSystem, "/d.vmdk", from, to);
      expect(
        codeOf(() => openDisk(fileSystem, "/d.vmdk", "read")),
        `${from} -> ${to}`,
      ).toBe(code);
    }
    const long = flat();
    put(long, "/d.vmdk", Buffer.concat([content(long, "/d.vmdk"), Buffer.alloc(300_000, "#")]));
    expect(codeOf(() => openDisk(long, "/d.vmdk", "read"))).toBe("VmdkDescriptorInvalid");
  });

  it("in pieces, does not open by one of its pieces", () => {
    const fileSystem = create("twoGbMaxExtentSparse", MIB);
    expect(codeOf(() => openDisk(fileSystem, "/d-s001.vmdk", "read"))).toBe("VmdkUnsupported");
  });

  it("goes on after a full medium, when there is space again", () => {
    for (let pages = 0; pages <= 20; pages++) {
      const fileSystem = create("monolithicSparse", 4 * MIB);
      const disk = openDisk(fileSystem, "/d.vmdk", "readwrite");
      disk.write(0, stamp(0, 4096, 1));
      fileSystem.faults = { capacityBytes: fileSystem.medium.allocatedBytes() + pages * 4096 };
      expect(["StorageFull", "no fault"]).toContain(codeOf(() => disk.write(MIB, stamp(MIB, 65_536, 2))));
      fileSystem.faults = {};
      disk.write(2 * MIB, stamp(2 * MIB, 512, 3));
      const now = readAll(openDisk(fileSystem.restart(), "/d.vmdk", "read"));
      const expected = Buffer.alloc(4 * MIB);
      stamp(0, 4096, 1).copy(expected);
      stamp(2 * MIB, 512, 3).copy(expected, 2 * MIB);
      expect(now.fill(0, MIB, MIB + 65_536).equals(expected)).toBe(true);
    }
  });
});
