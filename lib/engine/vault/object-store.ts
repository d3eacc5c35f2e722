import { Fault } from "@/lib/kernel/fault";

export interface StoredObject {
  readonly name: string;
  readonly sizeBytes: number;
  /** By the store's clock; sweeps compare it with an instant that is a day or more away. */
  readonly modifiedAt: Date;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
  /** Has room for the range. A store may answer with a part of it, or with a buffer of its own. */
  readonly into?: Buffer;
}

/** Reading half of the port. All calls may run at the same time and may be repeated. */
export interface ObjectReader {
  /**
   * The whole object, or exactly the range. Faults: ObjectNotFound; ObjectTruncated when it ends before the range does.
   * The bytes belong to the caller.
   */
  get(name: string, range?: ByteRange): Promise<Buffer>;
  /** Null when there is none. */
  size(name: string): Promise<number | null>;
  /** Every object whose name begins with `prefix`, in no order. An object may be missing that is stored meanwhile. */
  list(prefix: string): Promise<StoredObject[]>;
}

/** Writing half: all that a site may do. */
export interface ObjectSink {
  /**
   * Atomic (seen whole or not at all), durable when it resolves, and idempotent: the same name comes with the same bytes.
   * `bytes` may be reused by the caller once the promise has settled. Faults: StorageFull, InvalidObjectName, others.
   */
  put(name: string, bytes: Uint8Array): Promise<void>;
}

/**
 * Bytes by name, knowing no keys. Implementations: adapters/stores/folder-store; testing/memory-store (the twin, with
 * planted faults). Names follow vault/object-names; an implementation refuses any other (InvalidObjectName).
 */
export interface ObjectStore extends ObjectReader, ObjectSink {
  /** Durable when it resolves; deleting what is not there succeeds. */
  delete(name: string): Promise<void>;
}

export function objectNotFound(name: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "ObjectNotFound",
      message: `The storage holds no object named ${name}.`,
      possibleCauses:
        "It was deleted or moved, or another storage account is connected than the one that was written to.",
      recommendedAction:
        "Check the storage account of the vault, and restore the object from a copy when there is one.",
    },
    { cause },
  );
}

export function objectTruncated(name: string): Fault {
  return new Fault({
    code: "ObjectTruncated",
    message: `The object ${name} is shorter than it was when it was stored.`,
    possibleCauses: "The storage medium lost part of it, or somebody altered it.",
    recommendedAction: "Check the medium of the storage account, and restore the object from a copy when there is one.",
  });
}

export function storageFull(what: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: "StorageFull",
      message: `The storage is full: ${what} could not be written.`,
      possibleCauses: "The disk that holds the storage account has no space left, or a quota is reached.",
      recommendedAction:
        "Free space on that disk, or shorten the recovery point history; replication goes on by itself then.",
    },
    { cause, retryable: true },
  );
}

export function invalidObjectName(name: string): Fault {
  return new Fault({
    code: "InvalidObjectName",
    message: `${JSON.stringify(name.slice(0, 200))} is not the name of a vault object.`,
    possibleCauses: "The request was not made by a Secondsite component, or it was altered.",
    recommendedAction: "Update the site component, and register it again if the error persists.",
  });
}
