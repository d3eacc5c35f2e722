import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { createDynamicVhd, createFixedVhd } from "@/lib/engine/disk/create-vhd";
import { createDifferencingVhdx, createVhdx } from "@/lib/engine/disk/create-vhdx";
import { createVmdk, type VmdkKind } from "@/lib/engine/disk/create-vmdk";
import type { Disk } from "@/lib/engine/disk/disk";
import { guidBytes } from "@/lib/engine/disk/guid";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { VhdxHeaders } from "@/lib/engine/disk/vhdx-header";
import { encodeVmdkDescriptor, NO_PARENT_ID } from "@/lib/engine/disk/vmdk-descriptor";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { qcow2Image, type TestCluster, type TestQcow2 } from "@/lib/testing/qcow2-image";
import { assert } from "@/lib/kernel/assert";
import { fixChecksums } from "./fix-checksums";
import { FOLDER, storeImage, type StoredImage } from "./stored-files";

const MIB = 2 ** 20;
const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(0) };
/** Data is told from tables by it: mutations go for the tables. */
export const DATA_BYTE = 0xd5;
const data = (bytes: number): Buffer => Buffer.alloc(bytes, DATA_BYTE);

/** One small image of each kind, made by the code that is attacked (and by the tests' own makers for what we only read). */
export function fuzzSeeds(): StoredImage[] {
  return [
    seed("raw", "a.raw", (fs, path) => putFile(fs, path, Buffer.concat([data(4096), Buffer.alloc(4096)]))),
    seed("vhd-fixed", "a.vhd", (fs, path) => fill(createFixedVhd(fs, path, { virtualSizeBytes: MIB, ...identity }))),
    seed("vhd-dynamic", "a.vhd", (fs, path) =>
      fill(createDynamicVhd(fs, path, { virtualSizeBytes: 9 * MIB, ...identity })),
    ),
    seed("vhdx-fixed", "a.vhdx", (fs, path) => fill(createVhdx(fs, path, "fixed", { virtualSizeBytes: 2 * MIB, blockBytes: MIB, ...identity }))), // prettier-ignore
    seed("vhdx-dynamic", "a.vhdx", (fs, path) => fill(createVhdx(fs, path, "dynamic", { virtualSizeBytes: 9 * MIB, blockBytes: MIB, ...identity }))), // prettier-ignore
    seed("vhdx-dirty-log", "a.vhdx", vhdxWithDirtyLog),
    seed("vhdx-differencing", "c.vhdx", vhdxChain),
    ...(["monolithicFlat", "monolithicSparse", "twoGbMaxExtentFlat", "twoGbMaxExtentSparse"] as const).map(vmdk),
    seed("vmdk-snapshot", "c.vmdk", vmdkChain),
    seed("vmdk-stream", "a.vmdk", (fs, path) => putFile(fs, path, streamVmdk())),
    ...qcow2Seeds(),
  ];
}

function seed(name: string, file: string, make: (fileSystem: MemoryFileSystem, path: string) => void): StoredImage {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeFolder(FOLDER);
  make(fileSystem, `${FOLDER}/${file}`);
  return storeImage(fileSystem, name, `${FOLDER}/${file}`);
}

function putFile(fileSystem: MemoryFileSystem, path: string, bytes: Uint8Array): void {
  const file = fileSystem.create(path);
  file.write(0, bytes);
  file.close();
}

function fill(disk: Disk): void {
  disk.write(0, data(512));
  disk.write(Math.floor(disk.virtualSizeBytes / 1024) * 512, data(1024));
  disk.close();
}

function vmdk(kind: VmdkKind): StoredImage {
  const sizeBytes = kind === "monolithicSparse" ? 40 * MIB : MIB;
  return seed(`vmdk-${kind}`, "a.vmdk", (fs, path) =>
    fill(createVmdk(fs, path, { kind, virtualSizeBytes: sizeBytes, contentId: "0badcafe" })),
  );
}

function vmdkChain(fileSystem: MemoryFileSystem, path: string): void {
  const base = { virtualSizeBytes: MIB, contentId: "0badcafe" };
  fill(createVmdk(fileSystem, `${FOLDER}/b.vmdk`, { kind: "twoGbMaxExtentSparse", ...base }));
  const parent = openDisk(fileSystem, `${FOLDER}/b.vmdk`, "read");
  const named = { fileName: "b.vmdk", contentId: parent.linkageId ?? "" };
  parent.close();
  fill(createVmdk(fileSystem, path, { kind: "monolithicSparse", ...base, parent: named }));
}

function vhdxChain(fileSystem: MemoryFileSystem, path: string): void {
  const shape = { virtualSizeBytes: 4 * MIB, blockBytes: MIB, ...identity };
  fill(createVhdx(fileSystem, `${FOLDER}/b.vhdx`, "dynamic", shape));
  const parent = openDisk(fileSystem, `${FOLDER}/b.vhdx`, "read");
  fill(createDifferencingVhdx(fileSystem, path, parent, shape));
  parent.close();
}

const LOG_GUID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";

/** As a killed Windows host leaves it: the table that names the blocks is only in the log ([MS-VHDX] 2.3.1). */
function vhdxWithDirtyLog(fileSystem: MemoryFileSystem, path: string): void {
  fill(createVhdx(fileSystem, path, "dynamic", { virtualSizeBytes: 4 * MIB, blockBytes: MIB, ...identity }));
  const file = fileSystem.open(path, "readwrite");
  const table = Buffer.alloc(4096);
  file.read(3 * MIB, table);
  file.write(3 * MIB, Buffer.alloc(4096));
  new VhdxHeaders(file).update({ logGuid: LOG_GUID });
  const entry = Buffer.alloc(8192);
  entry.write("loge", 0);
  entry.writeUInt32LE(entry.length, 8);
  entry.writeBigUInt64LE(9n, 16);
  entry.writeUInt32LE(2, 24);
  guidBytes(LOG_GUID).copy(entry, 32);
  entry.writeBigUInt64LE(BigInt(file.sizeBytes()), 48);
  entry.writeBigUInt64LE(BigInt(file.sizeBytes()), 56);
  entry.write("desc", 64);
  table.copy(entry, 68, 4092, 4096);
  table.copy(entry, 72, 0, 8);
  entry.writeBigUInt64LE(BigInt(3 * MIB), 80);
  entry.writeBigUInt64LE(9n, 88);
  entry.write("zero", 96);
  entry.writeBigUInt64LE(4096n, 104);
  entry.writeBigUInt64LE(BigInt(3 * MIB + 8192), 112);
  entry.writeBigUInt64LE(9n, 120);
  table.copy(entry, 4096);
  entry.write("data", 4096);
  entry.writeUInt32LE(0, 4100);
  entry.writeUInt32LE(9, 8188);
  file.write(MIB, entry);
  fixChecksums(file);
  file.close();
  const disk = openDisk(fileSystem.restart(), path, "read");
  assert(disk.allocatedExtents().length > 0, "the log is applied when the disk is read");
  disk.close();
}

/** As VMware's export writes it: grains behind markers, tables, and the header's valid copy at the end. */
function streamVmdk(): Buffer {
  const sectors = 2048;
  const text = encodeVmdkDescriptor({
    ...{ createType: "streamOptimized", contentId: "0badcafe", parentContentId: NO_PARENT_ID, parentFileName: null },
    extents: [{ access: "RW", sectors, type: "SPARSE", fileName: "a.vmdk", offsetSectors: 0 }],
  });
  const header = Buffer.alloc(512);
  header.write("KDMV", 0, "latin1");
  header.writeUInt32LE(3, 4);
  header.writeUInt32LE(0x3_0001, 8);
  header.writeBigUInt64LE(BigInt(sectors), 12);
  header.writeBigUInt64LE(128n, 20);
  header.writeBigUInt64LE(1n, 28);
  header.writeBigUInt64LE(20n, 36);
  header.writeUInt32LE(512, 44);
  header.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 56);
  header.write("\n \r\n", 73, "latin1");
  header.writeUInt16LE(1, 77);
  const descriptor = Buffer.alloc(20 * 512);
  text.copy(descriptor);
  const parts: Buffer[] = [header, descriptor];
  const size = () => parts.reduce((sum, part) => sum + part.length, 0);
  const table = Buffer.alloc(2048);
  for (const grain of [0, 5, 15]) {
    table.writeUInt32LE(size() / 512, grain * 4);
    const packed = deflateSync(Buffer.alloc(65_536, `order ${grain}, `));
    const block = Buffer.alloc(Math.ceil((12 + packed.length) / 512) * 512);
    block.writeBigUInt64LE(BigInt(grain * 128), 0);
    block.writeUInt32LE(packed.length, 8);
    packed.copy(block, 12);
    parts.push(block);
  }
  const marker = (value: number, type: number): Buffer => {
    const bytes = Buffer.alloc(512);
    bytes.writeBigUInt64LE(BigInt(value), 0);
    bytes.writeUInt32LE(type, 12);
    return bytes;
  };
  parts.push(marker(4, 1));
  const directory = Buffer.alloc(512);
  directory.writeUInt32LE(size() / 512, 0);
  parts.push(table, marker(1, 2));
  const footer = Buffer.from(header);
  footer.writeBigUInt64LE(BigInt(size() / 512), 56);
  parts.push(directory, marker(1, 3), footer, marker(0, 0));
  return Buffer.concat(parts);
}

function qcow2Seeds(): StoredImage[] {
  const cluster = (bits: number, seedByte: number): Buffer => Buffer.alloc(2 ** bits, `an order of ${seedByte}; `);
  const clusters = (bits: number): Map<number, TestCluster> =>
    new Map<number, TestCluster>([
      [0, { kind: "data", bytes: data(2 ** bits) }],
      [1, { kind: "compressed", bytes: cluster(bits, 1) }],
      [2, { kind: "compressed", bytes: cluster(bits, 2) }],
      [9, { kind: "data", bytes: data(2 ** bits) }],
    ]);
  const one = (name: string, more: Partial<TestQcow2>): StoredImage =>
    seed(name, "a.qcow2", (fs, path) => {
      const bits = more.clusterBits ?? 12;
      const image = {
        version: 3,
        clusterBits: bits,
        virtualSizeBytes: 40 * 2 ** bits,
        clusters: clusters(bits),
      } as const;
      putFile(fs, `${FOLDER}/base.raw`, data(8192));
      putFile(fs, path, qcow2Image({ ...image, ...more }));
    });
  const parts = new Map<number, TestCluster>([
    [0, { kind: "parts", bytes: data(2 ** 14), data: 0x8000_0f01, zero: 0x0f00_0002 }],
    [1, { kind: "compressed", bytes: cluster(14, 3) }],
  ]);
  const backing = { name: "base.raw", format: "raw" };
  return [
    one("qcow2-v2", { version: 2 }),
    one("qcow2-v3", { backing }),
    one("qcow2-zstd", { compression: "zstd", backing: { name: "base.raw" } }),
    one("qcow2-subclusters", { clusterBits: 14, extendedL2: true, clusters: parts, backing }),
    one("qcow2-small-clusters", { clusterBits: 9 }),
  ];
}
