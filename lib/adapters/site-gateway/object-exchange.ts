import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { parseObjectName, type ParsedObjectName } from "@/lib/engine/vault/object-names";
import { invalidObjectName, objectNotFound, type ByteRange, type ObjectStore } from "@/lib/engine/vault/object-store";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { ObjectList } from "@/lib/site/protocol";
import type { z } from "zod";
import { requestTooLarge } from "./agent-answers";

/** A pack has 8 MiB at most; an index of several packs less than that. */
const OBJECT_BYTES_MAX = 12 * 1024 * 1024;
/** What a site may write. The key envelope and tombstones are the vault's own affair. */
const WRITABLE = new Set<ParsedObjectName["kind"]>(["data", "tree", "index", "points"]);
const LISTABLE = /^(keys|data|tree|index|tombstones|points\/[A-Za-z0-9._-]*)\/[0-9a-f]{0,2}\/?$/;

/**
 * Takes one object from a site: never more of it than allowed in memory, hashed as it arrives, given to the store only
 * when it is what its name says. Durable when it resolves.
 * @throws Refusal ObjectNotYours, RequestTooLarge; Fault InvalidObjectName, ObjectHashMismatch, and those of the store
 */
export async function receiveObject(
  store: ObjectStore,
  name: string,
  incoming: IncomingMessage,
  mayWritePointsOf: (machineId: string) => boolean,
): Promise<void> {
  const parsed = parseObjectName(name);
  if (parsed === null) throw invalidObjectName(name);
  const foreignPoint = parsed.machineId !== null && !mayWritePointsOf(parsed.machineId);
  if (!WRITABLE.has(parsed.kind) || foreignPoint) throw notYours(name);
  const hash = createHash("sha256");
  const bytes = await gather(incoming, (chunk) => hash.update(chunk));
  if (hash.digest("hex") !== parsed.sha256) throw altered(name);
  await store.put(name, bytes);
}

/** The body in one piece: pieces kept until the end would each be an object for the collector to carry. */
function gather(incoming: IncomingMessage, onChunk: (chunk: Buffer) => void): Promise<Buffer> {
  const announced = Number(incoming.headers["content-length"]);
  if (announced > OBJECT_BYTES_MAX) throw requestTooLarge(OBJECT_BYTES_MAX);
  let bytes: Buffer = Buffer.allocUnsafeSlow(Number.isSafeInteger(announced) ? announced : 0);
  let received = 0;
  return new Promise((resolve, reject) => {
    incoming.on("data", (chunk: Buffer) => {
      const end = received + chunk.length;
      if (end > OBJECT_BYTES_MAX) {
        incoming.removeAllListeners("data");
        return reject(requestTooLarge(OBJECT_BYTES_MAX));
      }
      onChunk(chunk);
      if (end > bytes.length) bytes = enlarged(bytes, Math.min(OBJECT_BYTES_MAX, Math.max(end, 2 * bytes.length)));
      bytes.set(chunk, received);
      received = end;
    });
    incoming.on("end", () => resolve(bytes.subarray(0, received)));
    incoming.on("error", reject);
    incoming.on("close", () => reject(new Error("the connection was cut")));
  });
}

function enlarged(bytes: Buffer, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(size);
  bytes.copy(larger);
  return larger;
}

export interface ObjectRequest {
  readonly method: string;
  readonly range: string | null;
}

/** @throws Refusal RangeNotValid; Fault InvalidObjectName, ObjectNotFound, ObjectTruncated */
export async function sendObject(store: ObjectStore, name: string, request: ObjectRequest): Promise<Response> {
  if (parseObjectName(name) === null) throw invalidObjectName(name);
  if (request.method === "HEAD") {
    const size = await store.size(name);
    if (size === null) throw objectNotFound(name);
    return new Response(null, { headers: { "content-length": String(size) } });
  }
  const range = readRange(request.range);
  const bytes = await store.get(name, range ?? undefined);
  const body = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const headers = { "content-type": "application/octet-stream", "content-length": String(bytes.length) };
  return new Response(body, { status: range ? 206 : 200, headers });
}

export async function listObjects(store: ObjectStore, prefix: string): Promise<z.infer<typeof ObjectList>> {
  if (!LISTABLE.test(prefix) || prefix.includes("..")) throw invalidObjectName(prefix);
  const objects = await store.list(prefix);
  return {
    objects: objects.map(({ name, sizeBytes, modifiedAt }) => ({
      name,
      sizeBytes,
      modifiedAt: modifiedAt.toISOString(),
    })),
  };
}

function readRange(header: string | null): ByteRange | null {
  if (header === null) return null;
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (match && last >= first) return { offset: first, length: last - first + 1 };
  throw new Refusal("invalid", {
    code: "RangeNotValid",
    message: "The range of bytes asked for is not of the form bytes=first-last.",
    possibleCauses: "The site component is of another version than the vault.",
    recommendedAction: "Update the site component.",
  });
}

function notYours(name: string): Refusal {
  return new Refusal("forbidden", {
    code: "ObjectNotYours",
    message: `This host may not write the object ${name}.`,
    possibleCauses: "The object belongs to the vault itself, or to a machine that this host does not replicate.",
    recommendedAction: "Enable protection for the machine on this host first.",
  });
}

function altered(name: string): Fault {
  return new Fault(
    {
      code: "ObjectHashMismatch",
      message: `The object ${name} did not arrive as it was sent.`,
      possibleCauses: "The upload was cut off or altered on the way.",
      recommendedAction:
        "Nothing: the site sends it again. If it goes on, look for a proxy between the site and the vault.",
    },
    { retryable: true },
  );
}
