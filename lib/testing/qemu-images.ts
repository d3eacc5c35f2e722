import { execFileSync, spawnSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll } from "vitest";

/** A virtual disk as the comparisons with QEMU's tools have it: a size, and where it holds something other than zeros. */
export interface ImageShape {
  readonly name: string;
  readonly bytes: number;
  readonly writes: readonly (readonly [offset: number, length: number])[];
}

export interface WrittenPiece {
  readonly offset: number;
  readonly bytes: Buffer;
}

const noise = (length: number): Buffer => randomFillSync(Buffer.alloc(length));

/**
 * What a file of such comparisons needs: whether there is a qemu-img, and a folder for its images that goes with the tests.
 * `skipped`: what is not done without it, for who reads the output.
 */
export function qemuImages(name: string, skipped: string) {
  const missing = spawnSync("qemu-img", ["--version"]).status !== 0;
  if (missing) console.warn(`skipped: ${skipped}, because qemu-img (Debian: qemu-utils) is missing`);
  const root = fs.mkdtempSync(path.join(os.tmpdir(), `secondsite-${name}-`));
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
  let count = 0;
  const newPath = (extension: string): string => path.join(root, `${++count}.${extension}`);

  /** The shape's content as a raw file, and the pieces that it was made of. */
  function rawOf(shape: ImageShape, fill = noise): { raw: string; pieces: WrittenPiece[] } {
    const raw = newPath("raw");
    const file = fs.openSync(raw, "w");
    fs.ftruncateSync(file, shape.bytes);
    const pieces = shape.writes.map(([offset, length]) => ({ offset, bytes: fill(length) }));
    for (const { offset, bytes } of pieces) fs.writeSync(file, bytes, 0, bytes.length, offset);
    fs.closeSync(file);
    return { raw, pieces };
  }

  return {
    ...{ missing, newPath, rawOf },
    /** In a folder of its own, for disks that consist of several files. */
    newPathAlone: (file: string): string => {
      const folder = path.join(root, String(++count));
      fs.mkdirSync(folder);
      return path.join(folder, file);
    },
    qemu: (...args: string[]): string => execFileSync("qemu-img", args, { encoding: "utf8", cwd: root }),
  };
}
