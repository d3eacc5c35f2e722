import { Buffer } from "node:buffer";
import type { RandomAccessFile } from "@/lib/engine/disk/random-access-file";
import type { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { fixChecksums } from "./fix-checksums";
import type { FuzzRandom } from "./fuzz-random";
import { DATA_BYTE } from "./fuzz-seeds";
import type { StoredImage } from "./stored-files";

const SECTOR = 512;

/** Sectors of a seed's files that hold tables, headers, texts or compressed data, and the ones behind them. */
export type HotSectors = ReadonlyMap<string, readonly number[]>;

export function hotSectorsOf(image: StoredImage): HotSectors {
  return new Map(
    [...image.files].map(([path, { pages, sizeBytes }]) => {
      const hot = new Set<number>();
      for (const [offset, bytes] of pages) {
        for (let at = 0; at < bytes.length; at += SECTOR) {
          const sector = bytes.subarray(at, at + SECTOR);
          if (sector.every((byte) => byte === 0) || sector.every((byte) => byte === DATA_BYTE)) continue;
          hot.add(offset + at);
          if (offset + at + 2 * SECTOR <= sizeBytes) hot.add(offset + at + SECTOR);
        }
      }
      return [path, [...hot]];
    }),
  );
}

/** Changes one to five things of the image's files; usually the checksums are made right again, so that more is reached. */
export function mutate(fileSystem: MemoryFileSystem, image: StoredImage, hot: HotSectors, random: FuzzRandom): void {
  const paths = [...image.files.keys()];
  const count = 1 + random.below(random.chance(0.3) ? 5 : 2);
  for (let change = 0; change < count; change++) {
    // Mostly the file that is opened: what it says decides which others are.
    const path = random.chance(0.7) ? image.path : random.pick(paths);
    const file = fileSystem.open(path, "readwrite");
    mutateFile(file, hot.get(path) ?? [], random);
    if (random.chance(0.8)) fixChecksums(file);
    file.close();
  }
}

function mutateFile(file: RandomAccessFile, hot: readonly number[], random: FuzzRandom): void {
  const kind = random.below(100);
  if (kind < 60) writeField(file, hot, random);
  else if (kind < 70) flipBit(file, hot, random);
  else if (kind < 76) copySector(file, hot, random);
  else if (kind < 84) changeText(file, random);
  else if (kind < 92) resize(file, random);
  else noise(file, hot, random);
}

function place(file: RandomAccessFile, hot: readonly number[], random: FuzzRandom): number {
  const size = Math.max(1, file.sizeBytes());
  return hot.length > 0 && random.chance(0.9) ? random.pick(hot) : Math.floor(random.below(size) / SECTOR) * SECTOR;
}

/** Numbers that tables are made of, and those just beside them. */
function interesting(file: RandomAccessFile, offset: number, old: bigint, random: FuzzRandom): bigint {
  const size = BigInt(file.sizeBytes());
  const values = [
    ...[
      0n,
      1n,
      2n,
      3n,
      7n,
      8n,
      9n,
      255n,
      511n,
      512n,
      513n,
      4096n,
      65_535n,
      65_536n,
      2n ** 20n,
      2n ** 31n - 1n,
      2n ** 31n,
    ],
    ...[
      2n ** 32n - 1n,
      2n ** 32n,
      2n ** 33n,
      2n ** 41n,
      2n ** 46n,
      2n ** 53n,
      2n ** 62n,
      2n ** 63n - 1n,
      2n ** 63n,
      -1n,
    ],
    ...[
      size,
      size - 512n,
      size + 512n,
      size / 512n,
      size / 512n - 1n,
      size / 65_536n,
      BigInt(offset),
      BigInt(offset) / 512n,
    ],
    ...[
      old + 1n,
      old - 1n,
      old * 2n,
      old / 2n,
      old + 512n,
      old - 512n,
      old + 65_536n,
      old ^ (1n << BigInt(random.below(64))),
    ],
    ...[
      BigInt(random.u32()),
      BigInt(random.below(4096)),
      BigInt(random.below(4096)) * 512n,
      BigInt(random.below(256)) * 65_536n,
    ],
  ];
  return random.pick(values);
}

function writeField(file: RandomAccessFile, hot: readonly number[], random: FuzzRandom): void {
  const sector = Buffer.alloc(SECTOR);
  const begin = place(file, hot, random);
  const there = file.read(begin, sector);
  const width = random.pick([1, 2, 4, 4, 4, 8, 8, 8]);
  const filled = [...sector.subarray(0, there).keys()].filter((at) => sector[at] !== 0);
  const near = filled.length > 0 && random.chance(0.7) ? random.pick(filled) : random.below(SECTOR);
  const at = Math.min(SECTOR - width, Math.floor(near / width) * width);
  const big = random.chance(0.5);
  const bytes = Buffer.alloc(8);
  const old = sector.subarray(at, at + width);
  const oldValue = BigInt(`0x${(big ? Buffer.from(old) : Buffer.from(old).reverse()).toString("hex")}`);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, interesting(file, begin, oldValue, random)));
  const value = Buffer.from(bytes.subarray(8 - width));
  file.write(begin + at, big ? value : value.reverse());
}

function flipBit(file: RandomAccessFile, hot: readonly number[], random: FuzzRandom): void {
  const at = place(file, hot, random) + random.below(SECTOR);
  const byte = Buffer.alloc(1);
  if (file.read(at, byte) === 0) return;
  byte.writeUInt8(byte.readUInt8(0) ^ (1 << random.below(8)));
  file.write(at, byte);
}

function copySector(file: RandomAccessFile, hot: readonly number[], random: FuzzRandom): void {
  const bytes = Buffer.alloc(random.pick([8, SECTOR, 4096]));
  file.read(place(file, hot, random) + (bytes.length === 8 ? random.below(64) * 8 : 0), bytes);
  file.write(place(file, hot, random) + (bytes.length === 8 ? random.below(64) * 8 : 0), bytes);
}

function noise(file: RandomAccessFile, hot: readonly number[], random: FuzzRandom): void {
  const bytes = Buffer.from(Array.from({ length: random.pick([1, 4, 16, SECTOR]) }, () => random.u32() & 0xff));
  file.write(place(file, hot, random) + random.below(SECTOR), bytes);
}

function resize(file: RandomAccessFile, random: FuzzRandom): void {
  const size = file.sizeBytes();
  const to = random.pick([
    ...[0, 1, 511, 512, 513, 1024, 1536, 65_536, size - 1, size - 512, size - 1024, size + 1, size + 512],
    ...[Math.floor(size / 2), random.below(size + 1), Math.floor(random.below(size + 1) / 512) * 512, size + 2 ** 20],
  ]);
  file.truncate(Math.max(0, to));
}

const HOSTILE_NAMES = [
  ...["/etc/passwd", "../secret.raw", "a/../../secret.raw", "..", ".", "", "a.vmdk", "b.vmdk", "c.vmdk", "a.qcow2"],
  ...["nbd://127.0.0.1/x", "json:{}", "file:/secret.raw", "C:\\secret.raw", "\\\\.\\PhysicalDrive0", "x".repeat(5000)],
  ...["/dev/sda", "a-flat.vmdk", "a-s001.vmdk", "link.raw", "base.raw", "a\u0000b"],
];
const HOSTILE_NUMBERS = ["0", "1", "-1", "4294967296", "9007199254740992", "99999999999999999999", "0x10", "1e9", ""];

/** Descriptors are text: another name, another number, a line twice or not at all. */
function changeText(file: RandomAccessFile, random: FuzzRandom): void {
  const head = Buffer.alloc(Math.min(file.sizeBytes(), 16_384));
  file.read(0, head);
  const text = head.toString("latin1");
  const begin = text.search(/# Disk DescriptorFile|a\.qcow2|base\.raw|b\.vmdk/);
  if (begin < 0) return;
  const end = text.indexOf("\0", begin) === -1 ? text.length : text.indexOf("\0", begin);
  const changed = changedText(text.slice(begin, end), random);
  const isFile = begin === 0;
  file.write(begin, Buffer.from(changed.padEnd(isFile ? 0 : end - begin, "\0"), "latin1"));
  if (isFile) file.truncate(changed.length);
}

function changedText(text: string, random: FuzzRandom): string {
  const lines = text.split("\n");
  const line = random.below(lines.length);
  switch (random.below(6)) {
    case 0:
      return replaceOne(text, /"[^"]*"/g, `"${random.pick(HOSTILE_NAMES)}"`, random);
    case 1:
      return replaceOne(text, /\d+/g, random.pick(HOSTILE_NUMBERS), random);
    case 2:
      return lines.toSpliced(line, 1).join("\n");
    case 3:
      return lines.toSpliced(line, 0, ...Array.from({ length: random.pick([1, 3, 3000]) }, () => lines[line] ?? "")).join("\n"); // prettier-ignore
    case 4:
      return replaceOne(text, /[A-Za-z]+/g, random.pick(["SPARSE", "FLAT", "ZERO", "VMFS", "RDONLY", "NOACCESS", "streamOptimized", "monolithicSparse", "custom", "parentCID", "CID"]), random); // prettier-ignore
    default:
      return text.slice(0, random.below(text.length));
  }
}

function replaceOne(text: string, pattern: RegExp, by: string, random: FuzzRandom): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const one = random.pick(found);
  return text.slice(0, one.index) + by + text.slice(one.index + one[0].length);
}
