import { describe, expect, it } from "vitest";
import { Fault, Refusal } from "@/lib/kernel/fault";
import { MemoryFileSystem, type PlantedFaults, ProcessKilled } from "@/lib/testing/memory-file-system";
import {
  contentOf,
  createImage,
  differingBlocks,
  IMAGE_PATH,
  imageContent,
  openTracked,
  stamp,
  TRACKING_FOLDER,
} from "@/lib/testing/memory-file-tracking-kit";
import { openDisk } from "../disk/open-disk";
import { openFrozenView } from "./frozen-view";
import { openTrackedDisk } from "./open-tracked-disk";
import type { DiskCut, TrackedDisk } from "./tracked-disk";
import { readWriteLogs } from "./write-log";

const MIB = 2 ** 20;
const DISK_BYTES = 4 * MIB;

function freshDisk(faults: PlantedFaults = {}): { fileSystem: MemoryFileSystem; disk: TrackedDisk } {
  const fileSystem = new MemoryFileSystem(undefined, faults);
  createImage(fileSystem, DISK_BYTES);
  return { fileSystem, disk: openTracked(fileSystem) };
}

function put(disk: TrackedDisk, offset: number, length: number, generation: number): void {
  disk.write(offset, stamp(offset, length, generation));
}

function loggedBlocks(fileSystem: MemoryFileSystem, cut: DiskCut): number[] {
  expect(cut.writeLogPaths).not.toBeNull();
  return [...readWriteLogs(fileSystem, cut.writeLogPaths ?? [])];
}

/** A disk whose first cut was committed. */
function replicatedDisk(): { fileSystem: MemoryFileSystem; disk: TrackedDisk } {
  const { fileSystem, disk } = freshDisk();
  disk.enableTracking();
  put(disk, 0, 4096, 1);
  disk.beginCut("first");
  disk.releaseCut({ committed: true });
  return { fileSystem, disk };
}

describe("a tracked disk", () => {
  it("asks for a full read until a cut was committed, then names exactly what was written", () => {
    const { fileSystem, disk } = freshDisk();
    expect(disk.trackingEnabled).toBe(false);
    put(disk, 0, 512, 1);
    disk.enableTracking();
    disk.enableTracking();
    put(disk, MIB, 512, 1);
    expect(disk.pendingBytes).toBe(65_536);
    expect(disk.beginCut("c1").writeLogPaths).toBeNull();
    put(disk, 2 * MIB, 512, 1);
    expect(disk.releaseCut({ committed: false })).toBe(true);
    expect(disk.beginCut("c2").writeLogPaths).toBeNull();
    expect(disk.fullReadReason).toMatch(/Nothing was replicated/);
    put(disk, 3 * MIB, 1024, 1);
    put(disk, 3 * MIB + 512, 1024, 2);
    disk.releaseCut({ committed: true });
    expect(disk.fullReadReason).toBeNull();
    expect(disk.pendingBytes).toBe(65_536);
    put(disk, 512, 512, 3);
    expect(loggedBlocks(fileSystem, disk.beginCut("c3"))).toEqual([0, (3 * MIB) / 65_536]);
  });

  it("keeps the logs of a cut that was not committed for the next one", () => {
    const { fileSystem, disk } = replicatedDisk();
    put(disk, 65_536, 512, 1);
    expect(loggedBlocks(fileSystem, disk.beginCut("c1"))).toEqual([1]);
    put(disk, 2 * 65_536, 512, 1);
    expect(loggedBlocks(fileSystem, disk.beginCut("c2"))).toEqual([1, 2]);
    put(disk, 3 * 65_536, 512, 1);
    disk.releaseCut({ committed: false });
    expect(disk.pendingBytes).toBe(3 * 65_536);
    expect(loggedBlocks(fileSystem, disk.beginCut("c3"))).toEqual([1, 2, 3]);
    disk.releaseCut({ committed: true });
    expect(disk.pendingBytes).toBe(0);
    expect(loggedBlocks(fileSystem, disk.beginCut("c4"))).toEqual([]);
    disk.releaseCut({ committed: true });
    const logs = fileSystem.list(TRACKING_FOLDER).filter((name) => name.endsWith(".writes"));
    expect(logs.length).toBe(1);
  });

  it("removes what it kept when tracking ends, and begins from nothing afterwards", () => {
    const { fileSystem, disk } = replicatedDisk();
    disk.beginCut("open");
    disk.disableTracking();
    disk.disableTracking();
    expect(disk.releaseCut({ committed: true })).toBe(true);
    expect(fileSystem.list(TRACKING_FOLDER)).toEqual([]);
    disk.enableTracking();
    expect(disk.beginCut("again").writeLogPaths).toBeNull();
  });

  it("does not take a cut from before tracking for a base", () => {
    const { disk } = freshDisk();
    expect(disk.beginCut("c1").writeLogPaths).toBeNull();
    put(disk, 0, 512, 1);
    disk.enableTracking();
    disk.releaseCut({ committed: true });
    expect(disk.beginCut("c2").writeLogPaths).toBeNull();
  });

  it("continues after the process was killed, and drops the dead process's cut", () => {
    const { fileSystem, disk } = replicatedDisk();
    put(disk, 65_536, 512, 1);
    const cut = disk.beginCut("dead");
    put(disk, 2 * 65_536, 512, 2);
    const view = openFrozenView(fileSystem.restart(), { imagePath: IMAGE_PATH, preservePath: cut.preservePath });
    view.read(0, Buffer.alloc(DISK_BYTES));
    fileSystem.kill();
    // The host is dead, nobody writes: what the cut holds is still right.
    view.read(0, Buffer.alloc(DISK_BYTES));
    const next = fileSystem.restart();
    const again = openTracked(next);
    expect(again.trackingEnabled).toBe(true);
    expect(again.pendingBytes).toBe(2 * 65_536);
    expect(again.activeCutId).toBeNull();
    expect(() => view.read(0, Buffer.alloc(DISK_BYTES))).toThrow(/ended/);
    expect(again.releaseCut({ committed: true })).toBe(false);
    put(again, 3 * 65_536, 512, 3);
    expect(loggedBlocks(next, again.beginCut("c2"))).toEqual([1, 2, 3]);
  });

  it.each([
    ["a log was removed", (fs: MemoryFileSystem, logs: string[]) => fs.remove(logs[0] ?? ""), /missing/],
    [
      "a log was damaged",
      (fs: MemoryFileSystem, logs: string[]) => fs.open(logs[0] ?? "", "readwrite").write(70, Buffer.from("x")),
      /damaged/,
    ],
    [
      "the state file was damaged",
      (fs: MemoryFileSystem) => fs.open(`${TRACKING_FOLDER}/disk-0.state.json`, "readwrite").write(0, Buffer.from("x")),
      /not known/,
    ],
    [
      "the image was written while nobody had it open",
      (fs: MemoryFileSystem) => openDisk(fs, IMAGE_PATH, "readwrite").write(0, Buffer.alloc(512, 7)),
      /changed or replaced/,
    ],
  ])("reads everything again when %s", (_what, tamper, reason) => {
    const { fileSystem, disk } = replicatedDisk();
    put(disk, 65_536, 512, 1);
    disk.close();
    const logs = fileSystem.list(TRACKING_FOLDER).filter((name) => name.endsWith(".writes"));
    tamper(
      fileSystem,
      logs.map((name) => `${TRACKING_FOLDER}/${name}`),
    );
    const again = openTracked(fileSystem);
    expect(again.trackingEnabled).toBe(true);
    expect(again.fullReadReason).toMatch(reason);
    expect(again.beginCut("c").writeLogPaths).toBeNull();
    again.releaseCut({ committed: true });
    put(again, 0, 512, 2);
    expect(loggedBlocks(fileSystem, again.beginCut("d"))).toEqual([0]);
  });

  it("does not trust a log that was open when the machine lost power", () => {
    const fileSystem = new MemoryFileSystem();
    createImage(fileSystem, DISK_BYTES);
    const disk = openTracked(fileSystem, "boot-1");
    disk.enableTracking();
    disk.beginCut("c");
    disk.releaseCut({ committed: true });
    const afterKill = openTracked(fileSystem.restart(), "boot-1");
    expect(afterKill.fullReadReason).toBeNull();
    afterKill.close();
    const afterCleanReboot = openTracked(fileSystem.restart(), "boot-2");
    expect(afterCleanReboot.fullReadReason).toBeNull();
    const afterPowerFailure = openTracked(fileSystem.restart(), "boot-3");
    expect(afterPowerFailure.fullReadReason).toMatch(/computer stopped/);
  });

  it("keeps the disks that share a folder apart", () => {
    const { fileSystem } = freshDisk();
    const open = (diskId: string): TrackedDisk =>
      openTrackedDisk({
        disk: openDisk(fileSystem, IMAGE_PATH, "readwrite"),
        fileSystem,
        folder: TRACKING_FOLDER,
        diskId,
      });
    const dotted = open("a.b");
    dotted.enableTracking();
    dotted.beginCut("cut");
    const before = fileSystem.list(TRACKING_FOLDER);
    const plain = open("a");
    plain.enableTracking();
    plain.disableTracking();
    expect(fileSystem.list(TRACKING_FOLDER)).toEqual(before);
    for (const id of ["", "../x", "a/b", "a\0b", ".hidden"]) expect(() => open(id)).toThrow(Refusal);
    expect(() => plain.beginCut("../../x")).toThrow(Refusal);
  });

  it("lets the guest write on when the logs' medium is full, and pays with a full read", () => {
    const { fileSystem, disk } = replicatedDisk();
    for (let block = 0; block < 32; block++) put(disk, block * 65_536, 65_536, 2);
    const cut = disk.beginCut("c1");
    disk.releaseCut({ committed: true });
    const open = disk.beginCut("c2");
    const view = openFrozenView(fileSystem.restart(), { imagePath: IMAGE_PATH, preservePath: open.preservePath });
    fileSystem.faults = { capacityBytes: fileSystem.medium.allocatedBytes() };
    // Long enough to need a new page of the log; the preserve log fails at once.
    for (let round = 0; round < 32; round++) put(disk, round * 65_536, 512, 3);
    expect(imageContent(fileSystem).readUInt32LE(8)).toBe(3);
    expect(disk.activeCutId).toBeNull();
    expect(() => view.read(0, Buffer.alloc(65_536))).toThrow(/ended/);
    fileSystem.faults = {};
    expect(fileSystem.exists(cut.preservePath)).toBe(false);
  });

  it("remembers, also after a kill, that the log broke", () => {
    const { fileSystem, disk } = replicatedDisk();
    fileSystem.faults = { failCalls: [fileSystem.calls + 1] };
    put(disk, 65_536, 512, 2);
    expect(disk.fullReadReason).toMatch(/could not be written/);
    expect(openTracked(fileSystem.restart()).fullReadReason).toMatch(/could not be written/);
  });

  it("does not take a cut as a base when the log broke after it", () => {
    const { fileSystem, disk } = replicatedDisk();
    disk.beginCut("c1");
    disk.write(0, stamp(0, 512, 2));
    fileSystem.faults = { failCalls: [fileSystem.calls + 1] };
    put(disk, 65_536, 512, 2);
    disk.releaseCut({ committed: true });
    expect(disk.beginCut("c2").writeLogPaths).toBeNull();
    disk.releaseCut({ committed: true });
    put(disk, 65_536, 512, 3);
    expect(loggedBlocks(fileSystem, disk.beginCut("c3"))).toEqual([1]);
  });
});

/** Two blocks of the dynamic disk, the second one short and no multiple of 64 KiB. */
const LIFE_BYTES = 2 * MIB + 65_536 + 512;

interface Run {
  /** The disk as at the newest cut whose commit was at least asked for; null when there was none. */
  base: Buffer | null;
  baseFinished: boolean;
}

/** A life of a tracked disk. `attempt` runs each step; what a step throws is the caller's business. */
function live(fileSystem: MemoryFileSystem, run: Run, attempt: (step: () => void) => void): void {
  let disk: TrackedDisk | null = null;
  let atCut: Buffer | null = null;
  const step = (action: (disk: TrackedDisk) => void): void => {
    attempt(() => {
      disk ??= openTracked(fileSystem);
      action(disk);
    });
  };
  const cut = (id: string): void =>
    step((open) => {
      atCut = null;
      open.beginCut(id);
      atCut = contentOf(open);
    });
  const release = (committed: boolean): void =>
    step((open) => {
      if (committed && open.activeCutId !== null && atCut !== null) {
        run.base = atCut;
        run.baseFinished = false;
      }
      // A cut that the test could not read is none that an agent would commit.
      const commit = committed && atCut !== null;
      if (open.releaseCut({ committed: commit }) && commit) run.baseFinished = true;
    });
  step((open) => put(open, 0, 512, 1));
  step((open) => open.enableTracking());
  step((open) => put(open, 65_536, 1024, 2));
  cut("c1");
  step((open) => put(open, 65_536, 512, 3));
  release(true);
  step((open) => put(open, 2 * MIB, 512, 4));
  cut("c2");
  step((open) => put(open, 3 * 65_536, 65_536 * 2, 5));
  release(false);
  cut("c3");
  step((open) => put(open, 0, 512, 6));
  cut("c4");
  step((open) => put(open, 512, 512, 7));
  step((open) => open.sync());
  release(true);
  step((open) => put(open, 6 * 65_536, 512, 8));
  step((open) => {
    disk = null;
    open.close();
  });
  step((open) => put(open, 7 * 65_536, 512, 9));
  cut("c5");
  step((open) => put(open, 7 * 65_536, 512, 10));
}

/** Whatever happened: the next cut's logs name every block in which the disk differs from the base. */
function expectCovered(medium: MemoryFileSystem, run: Run): boolean {
  const fileSystem = medium.restart();
  const disk = openTracked(fileSystem);
  const now = contentOf(disk);
  const cut = disk.beginCut("after");
  const view = openFrozenView(fileSystem.restart(), { imagePath: IMAGE_PATH, preservePath: cut.preservePath });
  disk.write(0, Buffer.alloc(2 * MIB, 0x99));
  disk.write(2 * MIB + 65_536, stamp(0, 512, 99));
  expect(contentOf(view).equals(now)).toBe(true);
  disk.releaseCut({ committed: true });
  if (cut.writeLogPaths === null) return false;
  if (run.base === null) throw new Error("the logs were said to suffice although nothing was committed");
  return true;
}

function uncovered(medium: MemoryFileSystem, run: Run): number[] {
  const fileSystem = medium.restart();
  const disk = openTracked(fileSystem);
  const cut = disk.beginCut("peek");
  const named = cut.writeLogPaths === null ? null : new Set(readWriteLogs(fileSystem, cut.writeLogPaths));
  const missing =
    named === null || run.base === null
      ? []
      : differingBlocks(contentOf(disk), run.base).filter((block) => !named.has(block));
  fileSystem.kill();
  return missing;
}

describe("whatever call fails", () => {
  it.each([0, 0.5, 1])("a kill loses no change (writes torn to %d)", (tornShare) => {
    for (let killAtCall = 1, ended = false; !ended; killAtCall++) {
      const made = new MemoryFileSystem();
      createImage(made, LIFE_BYTES);
      const run: Run = { base: null, baseFinished: false };
      const fileSystem = made.restart({ killAtCall, tornShare });
      try {
        live(fileSystem, run, (step) => step());
        ended = true;
      } catch (error) {
        if (!(error instanceof ProcessKilled)) throw error;
      }
      expect(uncovered(made, run), `killed at call ${killAtCall}`).toEqual([]);
      const sufficed = expectCovered(made, run);
      // A kill alone never costs a full read once a commit was finished.
      if (run.baseFinished) expect(sufficed, `killed at call ${killAtCall}`).toBe(true);
    }
  });

  it("an error of the medium loses no change, and the disk can be used on", () => {
    for (let failing = 1, ended = false; !ended; failing++) {
      const made = new MemoryFileSystem();
      createImage(made, LIFE_BYTES);
      const run: Run = { base: null, baseFinished: false };
      const fileSystem = made.restart({ failCalls: [failing] });
      live(fileSystem, run, (step) => {
        try {
          step();
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
        }
      });
      ended = fileSystem.calls < failing;
      fileSystem.kill();
      expect(uncovered(made, run), `failed at call ${failing}`).toEqual([]);
      expectCovered(made, run);
    }
  });
});
