import { describe, expect, it } from "vitest";
import { Fault } from "@/lib/kernel/fault";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { qcow2Image, type TestCluster, type TestQcow2 } from "@/lib/testing/qcow2-image";
import { seededRandom } from "@/lib/testing/seeded-random";
import { openDisk } from "./open-disk";

const BITS = 12;
const CLUSTER = 2 ** BITS;
const SIZE = 100 * CLUSTER + 1536;

const noise = (seed: number, bytes: number): Buffer => seededRandom(seed).bytes(bytes);
/** Shrinks under both methods. */
const prose = (seed: number, bytes: number): Buffer => Buffer.alloc(bytes, `an order of ${seed} and another; `);

function codeOf(call: () => unknown): string {
  try {
    call();
    return "no fault";
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

function files(content: Readonly<Record<string, Uint8Array>>): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeFolder("/site");
  for (const [path, bytes] of Object.entries(content)) {
    const file = fileSystem.create(path);
    file.write(0, bytes);
    file.close();
  }
  return fileSystem;
}

function readAll(fileSystem: MemoryFileSystem, path: string): Buffer {
  const disk = openDisk(fileSystem, path, "read");
  const all = Buffer.alloc(disk.virtualSizeBytes, 0xcc);
  disk.read(0, all);
  // Again through the extents, and in pieces that no cluster begins with.
  const again = Buffer.alloc(all.length);
  for (const { offsetBytes, lengthBytes } of disk.allocatedExtents()) {
    for (let at = offsetBytes; at < offsetBytes + lengthBytes; at += 1536) {
      const end = Math.min(at + 1536, offsetBytes + lengthBytes);
      disk.read(at, again.subarray(at, end));
    }
  }
  expect(again.equals(all)).toBe(true);
  disk.close();
  return all;
}

const clusters = new Map<number, TestCluster>([
  [0, { kind: "data", bytes: noise(1, CLUSTER) }],
  [1, { kind: "compressed", bytes: prose(2, CLUSTER) }],
  [2, { kind: "compressed", bytes: prose(3, CLUSTER) }],
  [50, { kind: "data", bytes: noise(4, CLUSTER) }],
  [100, { kind: "compressed", bytes: prose(5, CLUSTER) }],
]);

function expected(under: Buffer, image: ReadonlyMap<number, TestCluster>, clusterBytes: number): Buffer {
  const all = Buffer.from(under);
  for (const [index, cluster] of image) {
    const at = index * clusterBytes;
    if (cluster.kind === "zero") all.fill(0, at, at + clusterBytes);
    else if (cluster.kind === "parts") {
      const part = clusterBytes / 32;
      for (let bit = 0; bit < 32; bit++) {
        if ((cluster.data >>> bit) & 1) cluster.bytes.copy(all, at + bit * part, bit * part, (bit + 1) * part);
        else if ((cluster.zero >>> bit) & 1) all.fill(0, at + bit * part, at + (bit + 1) * part);
      }
    } else cluster.bytes.copy(all, at);
  }
  return all;
}

describe("a qcow2 image", () => {
  const shape: TestQcow2 = { version: 3, clusterBits: BITS, virtualSizeBytes: SIZE, clusters };

  it.each<readonly [string, Partial<TestQcow2>]>([
    ["version 2", { version: 2 }],
    ["version 3", {}],
    ["version 3 with zstd", { compression: "zstd" }],
    ["version 3, not closed properly", { incompatible: 1n }],
  ])("of %s reads its data, compressed and not, and zeros elsewhere", (_what, more) => {
    const fileSystem = files({ "/site/a.qcow2": qcow2Image({ ...shape, ...more }) });
    expect(readAll(fileSystem, "/site/a.qcow2").equals(expected(Buffer.alloc(SIZE), clusters, CLUSTER))).toBe(true);
    const disk = openDisk(fileSystem, "/site/a.qcow2", "read");
    expect([disk.format, disk.virtualSizeBytes, disk.remarks?.length]).toEqual([
      "qcow2",
      SIZE,
      more.incompatible ? 1 : 0,
    ]);
    expect(disk.allocatedExtents().map((extent) => extent.offsetBytes)).toEqual([0, 50 * CLUSTER, 100 * CLUSTER]);
  });

  it("reads its backing files, raw or qcow2, where it has nothing, and zeros where it says zero", () => {
    const own = new Map<number, TestCluster>([...clusters, [3, { kind: "zero" }]]);
    const top = new Map<number, TestCluster>([[4, { kind: "data", bytes: noise(9, CLUSTER) }], [0, { kind: "zero" }]]); // prettier-ignore
    const base = noise(7, 64 * CLUSTER);
    const fileSystem = files({
      "/site/base.bin": base,
      "/site/a.qcow2": qcow2Image({ ...shape, clusters: own, backing: { name: "base.bin", format: "raw" } }),
      "/site/b.qcow2": qcow2Image({ ...shape, clusters: top, backing: { name: "a.qcow2", format: "qcow2" } }),
    });
    const raw = Buffer.concat([base, Buffer.alloc(SIZE - base.length)]);
    const middle = expected(raw, own, CLUSTER);
    expect(readAll(fileSystem, "/site/a.qcow2").equals(middle)).toBe(true);
    expect(readAll(fileSystem, "/site/b.qcow2").equals(expected(middle, top, CLUSTER))).toBe(true);
    const disk = openDisk(fileSystem, "/site/b.qcow2", "read");
    expect(disk.files.map((file) => file.path)).toEqual(["/site/b.qcow2", "/site/a.qcow2", "/site/base.bin"]);
  });

  it("reads clusters that are partly its own, partly zero and partly its backing file's", () => {
    const cluster = 2 ** 14;
    const parts = new Map<number, TestCluster>([
      [0, { kind: "parts", bytes: noise(3, cluster), data: 0x8000_0f01, zero: 0x0f00_0002 }],
      [1, { kind: "parts", bytes: noise(4, cluster), data: 0, zero: 0xffff_0000 }],
      [2, { kind: "data", bytes: noise(5, cluster) }],
      [3, { kind: "compressed", bytes: prose(6, cluster) }],
    ]);
    const base = noise(7, 6 * cluster);
    const fileSystem = files({
      "/site/base.raw": base,
      "/site/a.qcow2": qcow2Image({
        ...{ version: 3, clusterBits: 14, virtualSizeBytes: base.length, extendedL2: true, clusters: parts },
        backing: { name: "base.raw", format: "raw" },
      }),
    });
    expect(readAll(fileSystem, "/site/a.qcow2").equals(expected(base, parts, cluster))).toBe(true);
  });

  it("is not written", () => {
    const fileSystem = files({ "/site/a.qcow2": qcow2Image(shape) });
    expect(codeOf(() => openDisk(fileSystem, "/site/a.qcow2", "readwrite"))).toBe("DiskFormatReadOnly");
    expect(codeOf(() => openDisk(fileSystem, "/site/a.qcow2", "read").write(0, Buffer.alloc(512)))).toBe(
      "DiskIsReadOnly",
    );
  });
});

describe("a qcow2 image that cannot be read", () => {
  const whole = (more: Partial<TestQcow2> = {}): Buffer =>
    qcow2Image({ version: 3, clusterBits: BITS, virtualSizeBytes: SIZE, clusters, ...more });
  const patched = (change: (bytes: Buffer) => unknown, more: Partial<TestQcow2> = {}): Buffer => {
    const bytes = whole(more);
    change(bytes);
    return bytes;
  };
  const L2 = 2 * CLUSTER;

  it.each<readonly [string, Buffer, string]>([
    ["is encrypted", patched((b) => b.writeUInt32BE(1, 32)), "Qcow2Unsupported"],
    ["keeps its data elsewhere", whole({ incompatible: 4n }), "Qcow2Unsupported"],
    ["uses a feature of the future", whole({ incompatible: 1n << 40n }), "Qcow2Unsupported"],
    ["is marked as damaged", whole({ incompatible: 2n }), "Qcow2MarkedCorrupt"],
    ["is of version 1", patched((b) => b.writeUInt32BE(1, 4)), "Qcow2Unsupported"],
    ["has clusters of 4 GiB", patched((b) => b.writeUInt32BE(32, 20)), "Qcow2Unsupported"],
    ["claims an exabyte", patched((b) => b.writeBigUInt64BE(2n ** 60n, 24)), "Qcow2Unsupported"],
    ["claims more than its first table covers", patched((b) => b.writeBigUInt64BE(2n ** 40n, 24)), "Qcow2Damaged"],
    ["has its first table beyond its end", patched((b) => b.writeBigUInt64BE(2n ** 40n, 40)), "Qcow2Truncated"],
    ["has a table off the grid", patched((b) => b.writeBigUInt64BE(513n * 512n, CLUSTER)), "Qcow2Damaged"],
    ["has a table beyond its end", patched((b) => b.writeBigUInt64BE(2n ** 40n, CLUSTER)), "Qcow2Truncated"],
    ["has a cluster beyond its end", patched((b) => b.writeBigUInt64BE(2n ** 40n, L2)), "Qcow2Truncated"],
    ["has a cluster off the grid", patched((b) => b.writeBigUInt64BE(2n ** 14n + 512n, L2)), "Qcow2Damaged"],
    ["has a mark of zeros in version 2", patched((b) => b.writeBigUInt64BE(1n, L2), { version: 2 }), "Qcow2Damaged"],
    ["has damaged compressed data", patched((b) => b.fill(0xff, 4 * CLUSTER, 4 * CLUSTER + 64)), "Qcow2Damaged"],
    ["has damaged zstd data", patched((b) => b.fill(0xff, 4 * CLUSTER, 4 * CLUSTER + 64), { compression: "zstd" }), "Qcow2Damaged"], // prettier-ignore
    ["repeats one cluster for ever", patched((b) => { for (let at = 8; at < CLUSTER; at += 8) b.copy(b, L2 + at, L2, L2 + 8); }), "Qcow2Damaged"], // prettier-ignore
    ["is cut off in its header", whole().subarray(0, 80), "Qcow2Truncated"],
    ["is cut off in its tables", whole().subarray(0, CLUSTER + 8), "Qcow2Truncated"],
  ])("because it %s, says so", (_what, bytes, code) => {
    const fileSystem = files({ "/site/a.qcow2": bytes });
    const read = () => {
      const disk = openDisk(fileSystem, "/site/a.qcow2", "read");
      disk.allocatedExtents();
      disk.read(0, Buffer.alloc(4 * CLUSTER));
    };
    expect(codeOf(read)).toBe(code);
  });

  it.each<readonly [string, string, string | undefined, string]>([
    ["an absolute path", "/secret.raw", "raw", "DiskPartOutsideFolder"],
    ["a path that goes up", "../secret.raw", "raw", "DiskPartOutsideFolder"],
    ["a link out of the folder", "link.raw", "raw", "DiskPartOutsideFolder"],
    ["a URL", "nbd://127.0.0.1:10809/x", "raw", "DiskPartOutsideFolder"],
    ["JSON", 'json:{"driver":"file","filename":"/secret.raw"}', "raw", "DiskPartOutsideFolder"],
    ["a protocol of QEMU", "fat:rw:/etc", "raw", "DiskPartOutsideFolder"],
    ["itself", "a.qcow2", "qcow2", "ParentChainInvalid"],
    ["nothing that is there", "none.raw", "raw", "DiskPartMissing"],
    ["a format that is not known", "b.raw", "vdi", "Qcow2Unsupported"],
    ["another format than the file has", "b.raw", "qcow2", "Qcow2Damaged"],
  ])("because its backing file is %s, says so and opens nothing", (_what, name, format, code) => {
    const backing = format === undefined ? { name } : { name, format };
    const fileSystem = files({
      "/site/a.qcow2": whole({ backing }),
      "/site/b.raw": Buffer.alloc(4096),
      "/secret.raw": Buffer.alloc(4096),
    });
    fileSystem.medium.links.set("/site/link.raw", "/secret.raw");
    const opened: string[] = [];
    fileSystem.onCall = (call, path) => call === "open" && opened.push(path);
    expect(codeOf(() => openDisk(fileSystem, "/site/a.qcow2", "read"))).toBe(code);
    expect(opened.filter((path) => !path.startsWith("/site/"))).toEqual([]);
  });

  it("because its chain is longer than any real one, says so", () => {
    const chain: Record<string, Uint8Array> = { "/site/0.raw": Buffer.alloc(4096) };
    for (let link = 1; link <= 80; link++) {
      const backing = link === 1 ? { name: "0.raw", format: "raw" } : { name: `${link - 1}.qcow2`, format: "qcow2" };
      chain[`/site/${link}.qcow2`] = whole({ clusters: new Map(), backing });
    }
    const fileSystem = files(chain);
    expect(openDisk(fileSystem, "/site/50.qcow2", "read").files.length).toBe(51);
    expect(codeOf(() => openDisk(fileSystem, "/site/80.qcow2", "read"))).toBe("ParentChainInvalid");
  });
});
