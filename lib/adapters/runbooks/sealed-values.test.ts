import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { FileSealedValues } from "./sealed-values";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sealed-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const open = (name: string) => new FileSealedValues(path.join(folder, name), systemRandom);

describe("sealed values", () => {
  it("open with the same key file in another process, and hold nothing readable", () => {
    const sealed = open("a.key").seal("s3cr3t ü", "variable-1");
    expect(Buffer.from(sealed, "base64").toString("latin1")).not.toContain("s3cr3t");
    expect(open("a.key").open(sealed, "variable-1")).toBe("s3cr3t ü");
    expect(open("a.key").seal("s3cr3t ü", "variable-1")).not.toBe(sealed);
    expect(fs.statSync(path.join(folder, "a.key")).mode & 0o777).toBe(0o600);
  });

  it("do not open for another variable, with another key, without one, or when a bit was changed", () => {
    const sealed = open("a.key").seal("s3cr3t", "variable-1");
    open("b.key").seal("other", "x");
    const flipped = Buffer.from(sealed, "base64");
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const attempts: readonly (() => string)[] = [
      () => open("a.key").open(sealed, "variable-2"),
      () => open("b.key").open(sealed, "variable-1"),
      () => open("missing.key").open(sealed, "variable-1"),
      () => open("a.key").open(flipped.toString("base64"), "variable-1"),
      () => open("a.key").open("AQID", "variable-1"),
    ];
    for (const attempt of attempts) {
      expect(attempt).toThrow(expect.objectContaining({ code: "SealedValueNotReadable" }));
    }
  });
});
