import fs from "node:fs";
import process from "node:process";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openTrackedDisk } from "@/lib/engine/tracking/open-tracked-disk";
import type { DiskCut } from "@/lib/engine/tracking/tracked-disk";

/**
 * A process that plays a host whose guest writes without pause: self-identifying data at seeded places. On `cut` it takes
 * one and leaves the truth beside it, its own model of the disk at that instant. Made to be killed.
 */
export type HammerRequest = { cut: string } | { release: { committed: boolean } };
export type HammerReply = { ready: true } | { cut: DiskCut; modelPath: string } | { released: boolean };

const WRITES_PER_TURN = 20;
const WRITE_SECTORS_MAX = 200;

const [imagePath = "", folder = "", seedText = "1"] = process.argv.slice(2);
const disk = openDisk(nodeFileSystem, imagePath, "readwrite");
const tracked = openTrackedDisk({ disk, fileSystem: nodeFileSystem, folder, diskId: "disk" });
tracked.enableTracking();

const model = Buffer.alloc(disk.virtualSizeBytes);
tracked.read(0, model);

let seed = Number(seedText);
let generation = 0;

/** Lehmer's generator: a seed replays the run. */
function next(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
}

function writeOnce(): void {
  const sectors = disk.virtualSizeBytes / 512;
  const sector = next(sectors);
  const length = Math.min(1 + next(WRITE_SECTORS_MAX), sectors - sector) * 512;
  const bytes = model.subarray(sector * 512, sector * 512 + length);
  generation += 1;
  for (let at = 0; at < length; at += 16) {
    bytes.writeDoubleLE(sector * 512 + at, at);
    bytes.writeUInt32LE(generation, at + 8);
    bytes.writeUInt32LE(Number(seedText), at + 12);
  }
  tracked.write(sector * 512, bytes);
}

function turn(): void {
  for (let count = 0; count < WRITES_PER_TURN; count++) writeOnce();
  setImmediate(turn);
}

function reply(message: HammerReply): void {
  process.send?.(message);
}

process.on("message", (request: HammerRequest) => {
  if ("release" in request) return reply({ released: tracked.releaseCut(request.release) });
  const cut = tracked.beginCut(request.cut);
  const modelPath = `${folder}/${request.cut}.model`;
  fs.writeFileSync(modelPath, model);
  // At once, before the reader even knows: whatever it reads first has been overwritten since.
  turnOnce();
  return reply({ cut, modelPath });
});

function turnOnce(): void {
  for (let count = 0; count < WRITES_PER_TURN; count++) writeOnce();
}

reply({ ready: true });
turn();
