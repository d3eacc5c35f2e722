import { describe, expect, it } from "vitest";
import { contentAt, makeVhdx, MIB, VHDX_BYTES, VHDX_PATH } from "@/lib/testing/disk-shapes";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { stamp } from "@/lib/testing/memory-file-tracking-kit";
import { convertDisk, type Converted, type ConvertProgress } from "./convert-disk";
import { CREATABLE_FORMATS, type CreatableFormat } from "./create-disk";
import { openDisk } from "./open-disk";

const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(0) };
const extension = (format: CreatableFormat): string => (format === "raw" ? "raw" : (format.split("-")[0] ?? ""));

function steps(fileSystem: MemoryFileSystem, sourcePath: string, targetPath: string, format: CreatableFormat) {
  return convertDisk({ fileSystem, sourcePath, targetPath, format, ...identity });
}

function runToEnd(run: Generator<ConvertProgress, Converted>, visit?: (progress: ConvertProgress) => void): Converted {
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
    visit?.(step.value);
  }
}

/** A chain of two with data in both, and a hole between. */
function chain(): { fileSystem: MemoryFileSystem; model: Buffer } {
  const fileSystem = new MemoryFileSystem();
  const model = makeVhdx(fileSystem, "differencing");
  const disk = openDisk(fileSystem, VHDX_PATH, "readwrite");
  disk.write(2 * MIB + 512, stamp(2 * MIB + 512, 1024, 1));
  disk.close();
  stamp(2 * MIB + 512, 1024, 1).copy(model, 2 * MIB + 512);
  return { fileSystem, model };
}

describe("a conversion", () => {
  it.each(CREATABLE_FORMATS)("to %s and back to a dynamic VHDX keeps every byte, and the holes", (format) => {
    const { fileSystem, model } = chain();
    const target = `/made.${extension(format)}`;
    const phases: string[] = [];
    const done = runToEnd(steps(fileSystem, VHDX_PATH, target, format), (progress) => {
      expect(progress.bytesDone).toBeLessThanOrEqual(progress.bytesTotal);
      if (phases.at(-1) !== progress.phase) phases.push(progress.phase);
    });
    expect(phases).toEqual(["writing", "verifying"]);
    expect(done).toMatchObject({ format, sourceFormat: "vhdx-differencing", virtualSizeBytes: VHDX_BYTES });
    expect(done.bytesVerified).toBeGreaterThanOrEqual(done.bytesWritten);
    expect(contentAt(fileSystem, target).equals(model)).toBe(true);
    expect(done.allocatedBytes).toBeLessThan(MIB);
    runToEnd(steps(fileSystem, target, "/back.vhdx", "vhdx-dynamic"));
    expect(contentAt(fileSystem, "/back.vhdx").equals(model)).toBe(true);
    expect([...fileSystem.medium.files.keys()].filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("leaves nothing behind when it is given up, and overwrites nothing that it was not told to", () => {
    const { fileSystem } = chain();
    const before = [...fileSystem.medium.files.keys()];
    for (const format of ["vhd-fixed", "vmdk-split"] as const) {
      const run = steps(fileSystem, VHDX_PATH, `/made.${extension(format)}`, format);
      expect(run.next().done).toBe(false);
      expect([...fileSystem.medium.files.keys()].length).toBeGreaterThan(before.length);
      run.return({} as Converted);
      expect([...fileSystem.medium.files.keys()]).toEqual(before);
    }
    const exists = expect.objectContaining({ code: "FileExists" }) as Error;
    expect(() => runToEnd(steps(fileSystem, VHDX_PATH, "/parent.vhdx", "vhd-fixed"))).toThrowError(exists);
    const onItself = { fileSystem, sourcePath: VHDX_PATH, targetPath: VHDX_PATH, format: "vmdk-sparse", replace: true };
    expect(() => runToEnd(convertDisk({ ...onItself, format: "vmdk-sparse", ...identity }))).toThrowError(exists);
    expect([...fileSystem.medium.files.keys()]).toEqual(before);
  });

  it("notices a target that reads back something else, and a source (or its parent) that is written meanwhile", () => {
    const lying = chain().fileSystem;
    lying.faults = { flipOnRead: { pathContains: "made", offset: 3 * MIB + 4097, bit: 2 } };
    const differs = expect.objectContaining({ code: "ConvertedDiskDiffers" }) as Error;
    expect(() => runToEnd(steps(lying, VHDX_PATH, "/made.vhd", "vhd-fixed"))).toThrowError(differs);
    expect(lying.medium.files.has("/made.vhd")).toBe(false);
    const { fileSystem } = chain();
    const changed = expect.objectContaining({ code: "ImageChangedWhileReading" }) as Error;
    const run = steps(fileSystem, VHDX_PATH, "/made.vhd", "vhd-fixed");
    expect(() =>
      runToEnd(run, () => openDisk(fileSystem.restart(), "/parent.vhdx", "readwrite").write(0, stamp(0, 512, 3))),
    ).toThrowError(changed);
    expect(fileSystem.medium.files.has("/made.vhd.partial")).toBe(false);
  });
});
