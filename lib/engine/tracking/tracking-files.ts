import { Buffer } from "node:buffer";
import { Refusal } from "@/lib/kernel/fault";
import type { FileIdentity, FileSystem } from "../disk/random-access-file";

/**
 * What is known of a disk's logs across restarts. Replaced atomically. No state file and no `.lost` file: tracking is off.
 */
export interface TrackingState {
  readonly format: 1;
  readonly virtualSizeBytes: number;
  /** Whether some cut was committed, so that the logs after it suffice. */
  readonly baseCommitted: boolean;
  /** Logs up to this generation are dropped. */
  readonly committedThrough: number;
  /** Of all files of the disk, when it was closed in good order; null while it is open, or was killed. */
  readonly closedImage: FileIdentity | null;
  /** Of the run of the operating system that last opened the disk; null when unknown. */
  readonly bootId: string | null;
}

/** The names in the folder. Ids may not contain what would make one disk's files look like another's. */
export class TrackingFiles {
  readonly #fileSystem: FileSystem;
  readonly #folder: string;
  readonly #diskId: string;

  constructor(fileSystem: FileSystem, folder: string, diskId: string) {
    assertId(diskId, /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/, "disk");
    this.#fileSystem = fileSystem;
    this.#folder = folder;
    this.#diskId = diskId;
    fileSystem.makeFolder(folder);
  }

  #path(suffix: string): string {
    return `${this.#folder}/${this.#diskId}.${suffix}`;
  }

  writeLog(generation: number): string {
    return this.#path(`${String(generation).padStart(10, "0")}.writes`);
  }

  preserveLog(cutId: string): string {
    assertId(cutId, /^[A-Za-z0-9_-]{1,64}$/, "cut");
    return this.#path(`${cutId}.preserve`);
  }

  generations(): number[] {
    return this.#matching(/^(\d{10})\.writes$/)
      .map(Number)
      .sort((a, b) => a - b);
  }

  #matching(pattern: RegExp): string[] {
    const prefix = `${this.#diskId}.`;
    return this.#fileSystem
      .list(this.#folder)
      .filter((name) => name.startsWith(prefix))
      .map((name) => pattern.exec(name.slice(prefix.length))?.[1])
      .filter((part) => part !== undefined);
  }

  /** The cuts of a dead process: nobody preserves for them any more. */
  removePreserveLogs(): void {
    for (const cutId of this.#matching(/^([A-Za-z0-9_-]+)\.preserve$/))
      this.#fileSystem.remove(this.preserveLog(cutId));
  }

  removeWriteLogs(through: number): void {
    for (const generation of this.generations()) {
      if (generation <= through) this.#fileSystem.remove(this.writeLog(generation));
    }
  }

  /** Null: tracking is off. `lost`: it is on, but what was logged no longer suffices. */
  readState(): TrackingState | "lost" | null {
    const path = this.#path("state.json");
    if (!this.#fileSystem.exists(path)) return this.#fileSystem.exists(this.#path("lost")) ? "lost" : null;
    const file = this.#fileSystem.open(path, "read");
    try {
      const bytes = Buffer.alloc(Math.min(file.sizeBytes(), 4096));
      file.read(0, bytes);
      return parseState(bytes.toString("utf8"));
    } finally {
      file.close();
    }
  }

  writeState(state: TrackingState): void {
    const draft = this.#path("state.new");
    const file = this.#fileSystem.create(draft, { replace: true });
    try {
      file.write(0, Buffer.from(JSON.stringify(state)));
    } finally {
      file.close();
    }
    this.#fileSystem.rename(draft, this.#path("state.json"));
    this.#fileSystem.remove(this.#path("lost"));
  }

  /** Needs no space on the medium, as it is called when there is none. */
  markLost(): void {
    this.#fileSystem.rename(this.#path("state.json"), this.#path("lost"));
  }

  removeState(): void {
    this.#fileSystem.remove(this.#path("lost"));
    this.#fileSystem.remove(this.#path("state.json"));
    this.#fileSystem.remove(this.#path("state.new"));
  }
}

function assertId(id: string, pattern: RegExp, what: string): void {
  if (pattern.test(id)) return;
  throw new Refusal("invalid", {
    code: "InvalidTrackingId",
    message: `'${id}' cannot be the id of a ${what}, since it becomes part of a file name.`,
    possibleCauses: "The id is empty, too long, or holds characters other than letters, digits, '.', '_' and '-'.",
    recommendedAction: `Give the ${what} another id.`,
  });
}

/** A state file that cannot be understood means that nothing is known: read everything. */
function parseState(text: string): TrackingState | "lost" {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return "lost";
    throw error;
  }
  return isState(value) ? value : "lost";
}

function isState(value: unknown): value is TrackingState {
  if (typeof value !== "object" || value === null) return false;
  const state = value as Partial<Record<keyof TrackingState, unknown>>;
  return (
    state.format === 1 &&
    typeof state.virtualSizeBytes === "number" &&
    typeof state.baseCommitted === "boolean" &&
    Number.isSafeInteger(state.committedThrough) &&
    (state.closedImage === null || isIdentity(state.closedImage)) &&
    (state.bootId === null || typeof state.bootId === "string")
  );
}

function isIdentity(value: unknown): value is FileIdentity {
  if (typeof value !== "object" || value === null) return false;
  const identity = value as Partial<Record<keyof FileIdentity, unknown>>;
  return (
    typeof identity.fileId === "string" &&
    typeof identity.sizeBytes === "number" &&
    typeof identity.modifiedNs === "string"
  );
}
