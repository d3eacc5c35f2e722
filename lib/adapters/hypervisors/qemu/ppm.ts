import { encodePng } from "../png";

/** QEMU before 7.1 draws displays only as PPM (P6, 8 bits); the same pixels as PNG. Null: it is none. */
export function pngOfPpm(ppm: Uint8Array): Uint8Array | null {
  const head = Buffer.from(ppm.subarray(0, 64)).toString("latin1");
  const found = /^P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s/.exec(head);
  if (!found) return null;
  const [width, height] = [Number(found[1]), Number(found[2])];
  const pixels = ppm.subarray(found[0].length, found[0].length + width * height * 3);
  return pixels.length === width * height * 3 ? encodePng(width, height, pixels) : null;
}
