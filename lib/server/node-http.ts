import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Node's request as the fetch standard's, so that one router serves both doors. The signal ends with the connection. */
export function toFetchRequest(incoming: IncomingMessage, origin: string, onClose: ServerResponse): Request {
  const abort = new AbortController();
  onClose.on("close", () => {
    if (!onClose.writableFinished) abort.abort();
  });
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index] ?? "";
    if (!name.startsWith(":")) headers.append(name, incoming.rawHeaders[index + 1] ?? "");
  }
  const method = incoming.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(incoming.url ?? "/", origin), {
    method,
    headers,
    signal: abort.signal,
    ...(hasBody ? { body: bodyOf(incoming, onClose), duplex: "half" as const } : {}),
  });
}

/** Read from the connection and not yet asked for. */
const WAITING_BYTES_MAX = 256 * 1024;

/**
 * Unlike Readable.toWeb's, a stream that is cancelled (the body is too large, say) leaves the connection whole, so that
 * the answer gets through: what nobody reads waits in the connection, and is thrown away once the answer is out.
 */
function bodyOf(incoming: IncomingMessage, outgoing: ServerResponse): ReadableStream<Uint8Array> {
  let isOver = false;
  const goOn = () => {
    if (!incoming.destroyed) incoming.resume();
  };
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: WAITING_BYTES_MAX });
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const over = (end: () => void) => {
          if (!isOver) end();
          isOver = true;
        };
        incoming.on("data", (chunk: Buffer) => {
          if (isOver) return;
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
        });
        incoming.on("end", () => over(() => controller.close()));
        incoming.on("error", (error) => over(() => controller.error(error)));
        incoming.on("close", () => over(() => controller.error(new Error("the connection was cut"))));
        outgoing.on("finish", () => {
          isOver = true;
          goOn();
        });
      },
      pull: goOn,
      cancel() {
        isOver = true;
        goOn();
      },
    },
    strategy,
  );
}

/** Streams a fetch response out; a client that goes away ends the stream without an error. */
export async function sendFetchResponse(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status;
  response.headers.forEach((value, name) => outgoing.setHeader(name, value));
  if (!response.body) {
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  try {
    await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), outgoing);
  } catch (error) {
    if (!outgoing.destroyed && !outgoing.writableEnded) throw error;
  }
}
