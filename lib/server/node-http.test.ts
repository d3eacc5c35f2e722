import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { sendFetchResponse, toFetchRequest } from "./node-http";

let server: http.Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: (request: Request) => Promise<Response>): Promise<string> {
  server = http.createServer((incoming, outgoing) => {
    void answer(toFetchRequest(incoming, "http://127.0.0.1", outgoing)).then((response) =>
      sendFetchResponse(response, outgoing),
    );
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const pattern = (size: number) => Buffer.alloc(size, "every byte in its place; ");

describe("a request's body as a fetch stream", () => {
  it("arrives whole and in order, whatever its size and however slowly it is read", async () => {
    const sizes = [0, 1, 65_536, 65_537, 3_000_001];
    const origin = await serve(async (request) => {
      const pieces: Uint8Array[] = [];
      const reader = request.body?.getReader();
      for (;;) {
        const next = await reader?.read();
        if (next === undefined || next.done) break;
        pieces.push(next.value);
        if (pieces.length % 40 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return new Response(new Uint8Array(Buffer.concat(pieces)));
    });
    for (const size of sizes) {
      const sent = pattern(size);
      const answer = await fetch(origin, { method: "PUT", body: new Uint8Array(sent) });
      expect(Buffer.from(await answer.arrayBuffer()).equals(sent)).toBe(true);
    }
  });

  it("is not gathered in memory when nobody reads it, and does not block what follows on the connection", async () => {
    const origin = await serve(async (request) => {
      if (request.method === "PUT") {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return new Response(null, { status: 413 });
      }
      return new Response("still here");
    });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const send = (method: string, body?: Buffer) =>
      new Promise<number>((resolve, reject) => {
        const request = http.request(origin, {
          method,
          agent,
          ...(body ? { headers: { "content-length": body.length } } : {}),
        });
        request.on("error", reject);
        request.on("response", (response) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode ?? 0));
        });
        request.end(body);
      });
    const before = process.memoryUsage().arrayBuffers;
    const body = pattern(40 * 1024 * 1024);
    const answered = send("PUT", body);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(process.memoryUsage().arrayBuffers - before - body.length).toBeLessThan(16 * 1024 * 1024);
    expect(await answered).toBe(413);
    expect(await send("GET")).toBe(200);
    agent.destroy();
  });

  it("ends with an error when the connection is cut in the middle", async () => {
    let seen: unknown = null;
    const origin = await serve(async (request) => {
      seen = await request.arrayBuffer().catch((error: unknown) => error);
      return new Response(null);
    });
    const request = http.request(origin, { method: "PUT", headers: { "content-length": 1_000_000 } });
    request.on("error", () => undefined);
    request.write(pattern(1000));
    setTimeout(() => request.destroy(), 50);
    await expect.poll(() => seen).toBeInstanceOf(Error);
  });
});
