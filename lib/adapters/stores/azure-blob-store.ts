import {
  BlobServiceClient,
  StorageRetryPolicyType,
  StorageSharedKeyCredential,
  type ContainerClient,
} from "@azure/storage-blob";
import { parseObjectName } from "@/lib/engine/vault/object-names";
import {
  invalidObjectName,
  objectTruncated,
  type ByteRange,
  type ObjectStore,
  type StoredObject,
} from "@/lib/engine/vault/object-store";
import { translateBlobError } from "./azure-blob-errors";

export interface AzureBlobLocation {
  /** Of the blob service, without the container. */
  readonly endpoint: string;
  readonly accountName: string;
  readonly accountKey: string;
  readonly container: string;
  /** Of all blob names, with a slash at its end. */
  readonly prefix: string;
}

/** Larger objects go up in blocks of this size, several at a time, and are committed as one. */
const BLOCK_BYTES = 4 * 1024 * 1024;
const BLOCKS_IN_FLIGHT = 3;
/** A call that passing trouble keeps failing ends after about 20 s: then replication says so, and tries again later. */
const RETRIES = {
  retryPolicyType: StorageRetryPolicyType.EXPONENTIAL,
  maxTries: 5,
  retryDelayInMs: 500,
  maxRetryDelayInMs: 8_000,
  tryTimeoutInMs: 60_000,
};

/**
 * A vault in a container of an Azure storage account: one block blob an object. A blob is seen when its blocks are
 * committed, never before. The service keeps what it has acknowledged (redundantly, as the account says).
 */
export class AzureBlobStore implements ObjectStore {
  readonly #container: ContainerClient;
  readonly #prefix: string;

  private constructor(container: ContainerClient, prefix: string) {
    this.#container = container;
    this.#prefix = prefix;
  }

  /** Makes the container when it is missing. Faults: see azure-blob-errors. */
  static async open(location: AzureBlobLocation, retries: Retries = {}): Promise<AzureBlobStore> {
    const container = containerOf(location, retries);
    const store = new AzureBlobStore(container, location.prefix);
    // Asked first: who may not create containers may well use one.
    await store.#call(location.container, async () => {
      if (!(await container.exists())) await container.createIfNotExists();
    });
    return store;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const blob = this.#blob(name);
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    await this.#call(name, () =>
      blob.uploadData(body, {
        blockSize: BLOCK_BYTES,
        maxSingleShotSize: BLOCK_BYTES,
        concurrency: BLOCKS_IN_FLIGHT,
        blobHTTPHeaders: { blobContentType: "application/octet-stream" },
      }),
    );
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    const blob = this.#blob(name);
    if (range?.length === 0) return Buffer.alloc(0);
    try {
      return await this.#call(name, async () => {
        const answer = await blob.download(range?.offset, range?.length, { maxRetryRequests: RETRIES.maxTries });
        // The service answers with what there is of a range; fewer bytes would be taken for all of them.
        if (range !== undefined && answer.contentLength !== range.length) throw objectTruncated(name);
        return await gathered(answer.readableStreamBody, answer.contentLength ?? 0);
      });
    } catch (error) {
      throw isBeyondEnd(error) ? objectTruncated(name) : error;
    }
  }

  async size(name: string): Promise<number | null> {
    try {
      const { contentLength } = await this.#call(name, () => this.#blob(name).getProperties());
      return contentLength ?? 0;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ObjectNotFound") return null;
      throw error;
    }
  }

  async list(prefix: string): Promise<StoredObject[]> {
    return this.#call(prefix, async () => {
      const found: StoredObject[] = [];
      for await (const blob of this.#container.listBlobsFlat({ prefix: this.#prefix + prefix })) {
        const name = blob.name.slice(this.#prefix.length);
        if (parseObjectName(name) === null) continue;
        const { contentLength, lastModified } = blob.properties;
        found.push({ name, sizeBytes: contentLength ?? 0, modifiedAt: lastModified });
      }
      return found;
    });
  }

  async delete(name: string): Promise<void> {
    await this.#call(name, () => this.#blob(name).deleteIfExists());
  }

  #blob(name: string) {
    if (parseObjectName(name) === null) throw invalidObjectName(name);
    return this.#container.getBlockBlobClient(this.#prefix + name);
  }

  async #call<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translateBlobError(error, what, this.#container.url);
    }
  }
}

/** Whether the key opens the container; somebody waits, so passing trouble is told soon. @throws Fault: see azure-blob-errors */
export async function tryContainer(location: AzureBlobLocation): Promise<void> {
  const store = await AzureBlobStore.open(location, { maxTries: 2, tryTimeoutInMs: 10_000 });
  await store.size(`index/${"0".repeat(64)}`);
}

type Retries = Partial<Pick<typeof RETRIES, "maxTries" | "tryTimeoutInMs">>;

function containerOf(location: AzureBlobLocation, retries: Retries = {}): ContainerClient {
  const credential = new StorageSharedKeyCredential(location.accountName, location.accountKey);
  const options = { retryOptions: { ...RETRIES, ...retries }, userAgentOptions: { userAgentPrefix: "Secondsite" } };
  return new BlobServiceClient(location.endpoint, credential, options).getContainerClient(location.container);
}

/** A connection that is cut on the way is taken up again by the client library where it was cut. */
async function gathered(body: NodeJS.ReadableStream | undefined, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for await (const chunk of body ?? []) at += Buffer.from(chunk).copy(bytes, at);
  return bytes.subarray(0, at);
}

const isBeyondEnd = (error: unknown) =>
  error instanceof Error &&
  error.cause instanceof Error &&
  "statusCode" in error.cause &&
  error.cause.statusCode === 416;
