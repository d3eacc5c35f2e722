import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import type { TreeShape } from "../blocks/tree-shape";
import { createFixedVhd } from "../disk/create-vhd";
import type { Disk } from "../disk/disk";
import type { PointDisk } from "../vault/point-object";
import { openDisk } from "../disk/open-disk";
import type { FileSystem, RandomAccessFile } from "../disk/random-access-file";
import {
  onDemandFiles,
  readOnDemandState,
  removeOnDemandFiles,
  writeOnDemandState,
  type OnDemandState,
} from "./on-demand-files";
import { PresentBlocks } from "./present-blocks";

/** What the files of a hydration are made for. */
export interface HydrationTarget {
  readonly disk: PointDisk;
  readonly fileSystem: FileSystem;
  /** The image, a fixed VHD: made, or continued. */
  readonly imagePath: string;
  readonly socket: string;
  readonly bootId: string | null;
  readonly random: Random;
  readonly clock: Clock;
}

export interface HydrationFiles {
  readonly state: OnDemandState;
  readonly image: Disk;
  readonly presentFile: RandomAccessFile;
  readonly present: PresentBlocks;
}

/** Continues the image of an earlier process when it is of the same disk; else makes an empty one. */
export function openHydrationFiles(request: HydrationTarget, shape: TreeShape): HydrationFiles {
  const { fileSystem, imagePath, disk, bootId, socket } = request;
  const earlier = readOnDemandState(fileSystem, imagePath);
  const continues = earlier?.root === disk.root && earlier.virtualSizeBytes === disk.virtualSizeBytes;
  const state: OnDemandState = {
    ...{ version: 1, diskId: disk.diskId, root: disk.root, virtualSizeBytes: disk.virtualSizeBytes, socket, bootId },
    hydrated: continues ? earlier.hydrated : null,
  };
  if (!continues) makeImage(request);
  // What was noted before a loss of power may never have reached the medium: then all of it is fetched again.
  const isTrusted = continues && (earlier.hydrated !== null || earlier.bootId === bootId);
  const { file: presentFile, present } = openPresent(fileSystem, imagePath, shape, isTrusted);
  try {
    writeOnDemandState(fileSystem, imagePath, state);
    return { state, presentFile, present, image: openDisk(fileSystem, imagePath, "readwrite") };
  } catch (error) {
    presentFile.close();
    throw error;
  }
}

function makeImage({ fileSystem, imagePath, disk, random, clock }: HydrationTarget): void {
  removeOnDemandFiles(fileSystem, imagePath);
  fileSystem.remove(imagePath);
  createFixedVhd(fileSystem, imagePath, {
    virtualSizeBytes: disk.virtualSizeBytes,
    uniqueId: random.uuid(),
    createdAt: clock.now(),
  }).close();
}

function openPresent(
  fileSystem: FileSystem,
  imagePath: string,
  shape: TreeShape,
  isTrusted: boolean,
): { file: RandomAccessFile; present: PresentBlocks } {
  const path = onDemandFiles(imagePath).present;
  if (!isTrusted || !fileSystem.exists(path)) {
    const file = fileSystem.create(path, { replace: true });
    return { file, present: new PresentBlocks(shape.blockCount) };
  }
  const file = fileSystem.open(path, "readwrite");
  const bits = new Uint8Array(Math.ceil(shape.blockCount / 8));
  file.read(0, bits);
  return { file, present: new PresentBlocks(shape.blockCount, bits) };
}
