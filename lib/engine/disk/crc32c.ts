/** CRC-32C (Castagnoli), as VHDX uses it: polynomial 0x1EDC6F41 reflected. Four bytes a step, about 1 GB/s. */
const TABLES = makeTables();

function makeTables(): readonly Uint32Array[] {
  const tables = Array.from({ length: 4 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
    entry(tables, 0)[byte] = value >>> 0;
  }
  for (let table = 1; table < 4; table++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = entry(tables, table - 1)[byte] ?? 0;
      entry(tables, table)[byte] = ((before >>> 8) ^ (entry(tables, 0)[before & 0xff] ?? 0)) >>> 0;
    }
  }
  return tables;
}

function entry(tables: readonly Uint32Array[], index: number): Uint32Array {
  return tables[index] ?? new Uint32Array(256);
}

export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3] = [0, 1, 2, 3].map((index) => entry(TABLES, index)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const at = (table: Uint32Array, index: number): number => table[index] ?? 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let crc = 0xffff_ffff;
  let index = 0;
  for (; index + 4 <= bytes.length; index += 4) {
    crc ^= view.getUint32(index, true);
    crc = at(t3, crc & 0xff) ^ at(t2, (crc >>> 8) & 0xff) ^ at(t1, (crc >>> 16) & 0xff) ^ at(t0, crc >>> 24);
  }
  for (; index < bytes.length; index++) crc = (crc >>> 8) ^ at(t0, (crc ^ view.getUint8(index)) & 0xff);
  return ~crc >>> 0;
}

/** The sum over `bytes` with the 32-bit field at `fieldOffset`, which is to hold it, taken as zero. */
export function crc32cWithout(bytes: Uint8Array, fieldOffset: number): number {
  const copy = Uint8Array.from(bytes);
  copy.fill(0, fieldOffset, fieldOffset + 4);
  return crc32c(copy);
}
