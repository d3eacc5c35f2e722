import type { Clock } from "@/lib/kernel/clock";
import {
  objectTruncated,
  type ByteRange,
  type ObjectReader,
  type ObjectSink,
  type StoredObject,
} from "@/lib/engine/vault/object-store";
import type { TransferPace } from "./agent/transfer-pace";
import { patiently } from "./patience";
import { ObjectList } from "./protocol";
import type { VaultClient, VaultRequest, VaultResponse } from "./vault-client";

/**
 * The vault's store as a site reaches it: over TLS, one object at a time, every call safe to repeat. What passes (the
 * portal restarts, bytes were hurt on the way) is repeated here; what does not (storage full) is the run's affair.
 */
export class RemoteObjectStore implements ObjectReader, ObjectSink {
  readonly #client: VaultClient;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #pace: TransferPace;

  constructor(client: VaultClient, clock: Clock, signal: AbortSignal, pace: TransferPace) {
    this.#pace = pace;
    this.#client = client;
    this.#clock = clock;
    this.#signal = signal;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const giveThread = await this.#pace.takeThread(this.#signal);
    try {
      await this.#patiently({ method: "PUT", path: objectPath(name), body: bytes, pace: this.#pace });
    } finally {
      giveThread();
    }
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    const headers: Record<string, string> = range
      ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` }
      : {};
    const { body } = await this.#patiently({ method: "GET", path: objectPath(name), headers });
    if (range !== undefined && body.length !== range.length) throw objectTruncated(name);
    return body;
  }

  async size(name: string): Promise<number | null> {
    const { status, headers } = await this.#patiently({ method: "HEAD", path: objectPath(name), accept: [404] });
    return status === 404 ? null : Number(headers["content-length"]);
  }

  async list(prefix: string): Promise<StoredObject[]> {
    const path = `/agent/v1/objects?prefix=${encodeURIComponent(prefix)}`;
    const { body } = await this.#patiently({ method: "GET", path });
    const { objects } = ObjectList.parse(JSON.parse(body.toString("utf8")));
    return objects.map((object) => ({ ...object, modifiedAt: new Date(object.modifiedAt) }));
  }

  #patiently(request: VaultRequest): Promise<VaultResponse> {
    return patiently(this.#clock, this.#signal, () => this.#client.send({ ...request, signal: this.#signal }));
  }
}

function objectPath(name: string): string {
  return `/agent/v1/objects/${name}`;
}
