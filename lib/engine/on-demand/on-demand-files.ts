import { Buffer } from "node:buffer";
import { Fault } from "@/lib/kernel/fault";
import type { FileSystem } from "../disk/random-access-file";

/** What lies beside an image while it is used before it is whole. All of it is gone once the disk is an ordinary one. */
export interface OnDemandFiles {
  /** `OnDemandState`, JSON. While it is there the image alone is not the disk. */
  readonly state: string;
  /** One bit per block of 64 KiB that the image holds already. */
  readonly present: string;
  /** What the guest wrote, at the disk's own offsets; sparse. */
  readonly overlay: string;
  /** One bit per sector of 512 bytes that the overlay holds. */
  readonly overlayMap: string;
}

export function onDemandFiles(imagePath: string): OnDemandFiles {
  return {
    state: `${imagePath}.on-demand`,
    present: `${imagePath}.present`,
    overlay: `${imagePath}.overlay`,
    overlayMap: `${imagePath}.overlay-map`,
  };
}

/** How an image was proven to be its recovery point's disk. */
export interface HydratedDisk {
  /** Of the image as it was read back, hex. */
  readonly root: string;
  readonly bytesWritten: number;
  readonly bytesVerified: number;
  readonly holesProvenBy: "allocation" | "read";
  readonly seconds: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface OnDemandState {
  readonly version: 1;
  readonly diskId: string;
  /** The point's root that the image must end with, hex. */
  readonly root: string;
  readonly virtualSizeBytes: number;
  /** The unix socket on which missing blocks are asked for. */
  readonly socket: string;
  /** The run of the operating system in which blocks were noted as present; null: unknown. */
  readonly bootId: string | null;
  /** Null until the image was read back and proven. From then on nothing but the guest's host writes to it. */
  readonly hydrated: HydratedDisk | null;
}

/** Null when the image is an ordinary disk. Fault OnDemandStateDamaged. */
export function readOnDemandState(fileSystem: FileSystem, imagePath: string): OnDemandState | null {
  const path = onDemandFiles(imagePath).state;
  if (!fileSystem.exists(path)) return null;
  const file = fileSystem.open(path, "read");
  try {
    const bytes = Buffer.alloc(file.sizeBytes());
    const state = parse(bytes.toString("utf8", 0, file.read(0, bytes)));
    if (state === null) throw stateDamaged(path);
    return state;
  } finally {
    file.close();
  }
}

/** Replaces the state as a whole, durably. */
export function writeOnDemandState(fileSystem: FileSystem, imagePath: string, state: OnDemandState): void {
  const path = onDemandFiles(imagePath).state;
  const file = fileSystem.create(`${path}.new`, { replace: true });
  try {
    file.write(0, Buffer.from(`${JSON.stringify(state)}\n`, "utf8"));
    file.sync();
  } finally {
    file.close();
  }
  fileSystem.rename(`${path}.new`, path);
}

/** The state goes last: killed before that, the disk is opened as on-demand again and ends up the same. */
export function removeOnDemandFiles(fileSystem: FileSystem, imagePath: string): void {
  const { overlayMap, overlay, present, state } = onDemandFiles(imagePath);
  for (const path of [overlayMap, overlay, present, `${state}.new`, state]) fileSystem.remove(path);
}

function parse(text: string): OnDemandState | null {
  try {
    const state = JSON.parse(text) as OnDemandState;
    const sound =
      state.version === 1 &&
      typeof state.root === "string" &&
      typeof state.socket === "string" &&
      Number.isSafeInteger(state.virtualSizeBytes) &&
      (state.hydrated === null || typeof state.hydrated.root === "string");
    return sound ? state : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function stateDamaged(path: string): Fault {
  return new Fault({
    code: "OnDemandStateDamaged",
    message: `'${path}', which says how far a disk that was started instantly has come, cannot be read.`,
    possibleCauses: "The storage damaged it, or another program wrote to it.",
    recommendedAction: "Clean up the failover that made the disk and start it again from its recovery point.",
  });
}
