import { Fault } from "@/lib/kernel/fault";
import { parseObjectName } from "@/lib/engine/vault/object-names";
import {
  invalidObjectName,
  objectNotFound,
  objectTruncated,
  storageFull,
  type ByteRange,
  type ObjectStore,
  type StoredObject,
} from "@/lib/engine/vault/object-store";

export type StoreCall = "put" | "get" | "size" | "list" | "delete";

/** Faults for a test to plant. Calls are counted from 1, over all verbs. */
export interface PlantedStoreFaults {
  /** From this call on, every call fails: the process was killed, or the connection is gone for good. */
  killAtCall?: number;
  /** These calls fail once with a retryable fault. */
  failCalls?: readonly number[];
  /** A put that would take the store above this fails with StorageFull. */
  capacityBytes?: number;
  /** A put at `killAtCall` still takes effect, and only its answer is lost. */
  killAfterEffect?: boolean;
}

/** In-memory twin of the stores. `objects` is what outlives a process: hand it to the next instance. */
export class MemoryStore implements ObjectStore {
  readonly objects: Map<string, { bytes: Buffer; modifiedAt: Date }>;
  faults: PlantedStoreFaults = {};
  calls = 0;
  /** The verb of each call. */
  readonly verbs: StoreCall[] = [];
  /** Names in the order in which they became visible. */
  readonly log: { readonly call: StoreCall; readonly name: string }[] = [];
  #now: () => Date;

  constructor(objects = new Map<string, { bytes: Buffer; modifiedAt: Date }>(), now = () => new Date(0)) {
    this.objects = objects;
    this.#now = now;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const dies = this.#enter("put", name);
    if (parseObjectName(name) === null) throw invalidObjectName(name);
    const used = [...this.objects.values()].reduce((sum, object) => sum + object.bytes.length, 0);
    if (used + bytes.length > (this.faults.capacityBytes ?? Infinity)) throw storageFull(name);
    const copy = Buffer.from(bytes);
    // A turn of the event loop, as a real store takes: what forgets to wait shows.
    await new Promise((resolve) => setImmediate(resolve));
    this.objects.set(name, { bytes: copy, modifiedAt: this.#now() });
    this.log.push({ call: "put", name });
    if (dies) throw killed("put", name);
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    this.#enter("get", name);
    await new Promise((resolve) => setImmediate(resolve));
    const object = this.objects.get(name);
    if (object === undefined) throw objectNotFound(name);
    const { offset, length } = range ?? { offset: 0, length: object.bytes.length };
    if (offset + length > object.bytes.length) throw objectTruncated(name);
    return Buffer.from(object.bytes.subarray(offset, offset + length));
  }

  async size(name: string): Promise<number | null> {
    this.#enter("size", name);
    return this.objects.get(name)?.bytes.length ?? null;
  }

  async list(prefix: string): Promise<StoredObject[]> {
    this.#enter("list", prefix);
    return [...this.objects]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { bytes, modifiedAt }]) => ({ name, sizeBytes: bytes.length, modifiedAt }));
  }

  async delete(name: string): Promise<void> {
    this.#enter("delete", name);
    this.objects.delete(name);
    this.log.push({ call: "delete", name });
  }

  /** True when the call is to take effect and its answer to be lost. */
  #enter(call: StoreCall, name: string): boolean {
    this.calls += 1;
    this.verbs.push(call);
    const { killAtCall, failCalls, killAfterEffect } = this.faults;
    if (killAtCall !== undefined && this.calls >= killAtCall) {
      if (this.calls === killAtCall && killAfterEffect === true && call === "put") return true;
      throw killed(call, name);
    }
    if (failCalls?.includes(this.calls) === true) throw killed(call, name);
    return false;
  }
}

function killed(call: StoreCall, name: string): Fault {
  return new Fault(
    {
      code: "PlantedFault",
      message: `The test let ${call} of ${name} fail.`,
      possibleCauses: "A test planted it.",
      recommendedAction: "None.",
    },
    { retryable: true },
  );
}
