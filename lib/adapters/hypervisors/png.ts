import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BYTES_PER_PIXEL = 3;

/** A picture of 8-bit RGB as PNG (W3C PNG specification: IHDR, one IDAT of unfiltered rows, IEND). */
export function encodePng(widthPixels: number, heightPixels: number, rgb: Uint8Array): Uint8Array {
  const stride = widthPixels * BYTES_PER_PIXEL;
  if (rgb.length !== stride * heightPixels) throw new RangeError("the pixels do not fill the picture");
  const rows = Buffer.alloc((stride + 1) * heightPixels);
  for (let y = 0; y < heightPixels; y++) rows.set(rgb.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPixels, 0);
  header.writeUInt32BE(heightPixels, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB, deflate, no filter of its own, not interlaced.
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body) >>> 0, body.length + 4);
  return framed;
}
