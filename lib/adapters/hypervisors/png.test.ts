import { inflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { plainPng } from "@/lib/operations/evidence/report/plain-png";
import { encodePng } from "./png";
import { pngOfPpm } from "./qemu/ppm";

const pixels = Uint8Array.from({ length: 3 * 2 * 3 }, (_, index) => index * 7);

/** Rows without their filter bytes, which are 0 here. */
function pixelsOf(png: Uint8Array): number[] {
  const found = plainPng(png);
  if (!found) throw new Error("not plain");
  const rows = inflateSync(found.deflated);
  const stride = found.width * 3 + 1;
  return [...rows].filter((_, at) => at % stride !== 0);
}

it("keeps every pixel, and says how large the picture is", () => {
  const png = encodePng(3, 2, pixels);
  expect(plainPng(png)).toMatchObject({ width: 3, height: 2 });
  expect(pixelsOf(png)).toEqual([...pixels]);
  expect(() => encodePng(3, 3, pixels)).toThrow(RangeError);
});

it("makes the same picture of QEMU's older format, and none of what was cut off", () => {
  const ppm = Buffer.concat([Buffer.from("P6\n3 2\n255\n"), pixels]);
  expect(pixelsOf(pngOfPpm(ppm) ?? new Uint8Array())).toEqual([...pixels]);
  expect(pngOfPpm(ppm.subarray(0, -1))).toBeNull();
  expect(pngOfPpm(Buffer.from("P5\n3 2\n255\n"))).toBeNull();
});
