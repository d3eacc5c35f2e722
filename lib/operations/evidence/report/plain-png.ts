/** A picture whose pixels PDF can take as they are: 8-bit RGB, not interlaced. Source: PNG specification, PDF 32000 7.4.4. */
export interface PlainPng {
  readonly width: number;
  readonly height: number;
  /** Deflated rows, each with PNG's filter byte in front. */
  readonly deflated: Uint8Array;
}

const SIGNATURE_BYTES = 8;
const RGB = 2;

/** Null for every other kind of PNG. */
export function plainPng(bytes: Uint8Array): PlainPng | null {
  const png = Buffer.from(bytes);
  const parts: Buffer[] = [];
  let header: { width: number; height: number } | null = null;
  for (let at = SIGNATURE_BYTES; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") {
      const isPlain = data[8] === 8 && data[9] === RGB && data[12] === 0;
      if (!isPlain) return null;
      header = { width: data.readUInt32BE(0), height: data.readUInt32BE(4) };
    }
    if (type === "IDAT") parts.push(data);
    at += length + 12;
  }
  return header === null || parts.length === 0 ? null : { ...header, deflated: Buffer.concat(parts) };
}
