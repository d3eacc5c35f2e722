import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import zstd from "zstd-napi/binding.js";

export type TestCluster =
  | { readonly kind: "data" | "compressed"; readonly bytes: Buffer }
  | { readonly kind: "zero" }
  /** Subclusters of `bytes` that are data or zero: bit maps. */
  | { readonly kind: "parts"; readonly bytes: Buffer; readonly data: number; readonly zero: number };

export interface TestQcow2 {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  readonly virtualSizeBytes: number;
  readonly compression?: "deflate" | "zstd";
  readonly extendedL2?: boolean;
  /** Bits set besides those that follow from the above. */
  readonly incompatible?: bigint;
  readonly backing?: { readonly name: string; readonly format?: string };
  readonly clusters: ReadonlyMap<number, TestCluster>;
}

const COPIED = 1n << 63n;

/**
 * A qcow2 image as QEMU would lay it out: header, first table, second tables, then data; compressed clusters one after the
 * other. Reference counts are left out: they are not needed to read, and `qemu-img check` does not see these images.
 */
export function qcow2Image(image: TestQcow2): Buffer {
  const clusterBytes = 2 ** image.clusterBits;
  const entryBytes = image.extendedL2 === true ? 16 : 8;
  const perTable = clusterBytes / entryBytes;
  const tables = Math.ceil(Math.ceil(image.virtualSizeBytes / clusterBytes) / perTable);
  const l1Clusters = Math.ceil((tables * 8) / clusterBytes);
  const used = [...new Set([...image.clusters.keys()].map((index) => Math.floor(index / perTable)))].sort(
    (a, b) => a - b,
  );
  const l2 = new Map(used.map((table, position) => [table, { offset: (1 + l1Clusters + position) * clusterBytes, bytes: Buffer.alloc(clusterBytes) }])); // prettier-ignore
  let end = (1 + l1Clusters + used.length) * clusterBytes;
  const pieces: { offset: number; bytes: Buffer }[] = [];
  for (const [index, cluster] of image.clusters) {
    const table = l2.get(Math.floor(index / perTable));
    const at = (index % perTable) * entryBytes;
    if (table === undefined) continue;
    if (cluster.kind === "zero") {
      table.bytes.writeBigUInt64BE(1n, at);
      continue;
    }
    const packed =
      cluster.kind === "compressed" ? compress(cluster.bytes, image.compression ?? "deflate") : cluster.bytes;
    if (cluster.kind !== "compressed") end = Math.ceil(end / clusterBytes) * clusterBytes;
    pieces.push({ offset: end, bytes: packed });
    table.bytes.writeBigUInt64BE(cluster.kind === "compressed" ? compressedEntry(end, packed.length, image.clusterBits) : COPIED | BigInt(end), at); // prettier-ignore
    if (cluster.kind === "parts") {
      table.bytes.writeUInt32BE(cluster.zero >>> 0, at + 8);
      table.bytes.writeUInt32BE(cluster.data >>> 0, at + 12);
    } else if (image.extendedL2 === true && cluster.kind === "data") table.bytes.writeUInt32BE(0xffff_ffff, at + 12);
    end += packed.length;
  }
  const file = Buffer.alloc(Math.ceil(end / clusterBytes) * clusterBytes);
  writeHeader(file, image, tables, clusterBytes);
  for (const [table, { offset, bytes }] of l2) {
    file.writeBigUInt64BE(COPIED | BigInt(offset), clusterBytes + table * 8);
    bytes.copy(file, offset);
  }
  for (const { offset, bytes } of pieces) bytes.copy(file, offset);
  return file;
}

function compress(bytes: Buffer, method: "deflate" | "zstd"): Buffer {
  if (method === "deflate") return deflateRawSync(bytes, { windowBits: 12 });
  const into = Buffer.alloc(zstd.compressBound(bytes.length));
  return into.subarray(0, new zstd.CCtx().compress(into, bytes, 3));
}

function compressedEntry(offset: number, lengthBytes: number, clusterBits: number): bigint {
  const sectors = Math.floor((offset + lengthBytes - 1) / 512) - Math.floor(offset / 512);
  return (1n << 62n) | (BigInt(sectors) << BigInt(62 - (clusterBits - 8))) | BigInt(offset);
}

function writeHeader(file: Buffer, image: TestQcow2, tables: number, clusterBytes: number): void {
  file.write("QFI\u00fb", 0, "latin1");
  file.writeUInt32BE(image.version, 4);
  file.writeUInt32BE(image.clusterBits, 20);
  file.writeBigUInt64BE(BigInt(image.virtualSizeBytes), 24);
  file.writeUInt32BE(tables, 36);
  file.writeBigUInt64BE(BigInt(clusterBytes), 40);
  let at = 72;
  if (image.version === 3) {
    const zstdBit = image.compression === "zstd" ? 8n : 0n;
    const extendedBit = image.extendedL2 === true ? 16n : 0n;
    file.writeBigUInt64BE((image.incompatible ?? 0n) | zstdBit | extendedBit, 72);
    file.writeUInt32BE(4, 96);
    file.writeUInt32BE(112, 100);
    file.writeUInt8(image.compression === "zstd" ? 1 : 0, 104);
    at = 112;
  }
  if (image.backing === undefined) return;
  const { name, format } = image.backing;
  if (format !== undefined) {
    file.writeUInt32BE(0xe279_2aca, at);
    file.writeUInt32BE(format.length, at + 4);
    file.write(format, at + 8, "latin1");
    at += 8 + Math.ceil(format.length / 8) * 8;
  }
  file.writeBigUInt64BE(BigInt(at + 8), 8);
  file.writeUInt32BE(Buffer.byteLength(name), 16);
  file.write(name, at + 8);
}
