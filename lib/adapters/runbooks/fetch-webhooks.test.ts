import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchWebhooks } from "./fetch-webhooks";

const heard: { readonly url: string; readonly headers: http.IncomingHttpHeaders; readonly body: string }[] = [];
const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    heard.push({ url: request.url ?? "", headers: request.headers, body });
    if (request.url === "/hangs") return;
    if (request.url === "/moved") response.writeHead(302, { location: "/elsewhere" }).end();
    else if (request.url === "/long") response.writeHead(200).end("x".repeat(1_000_000));
    else response.writeHead(201).end("thank you");
  });
});
let origin = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = (path: string, signal: AbortSignal = new AbortController().signal) =>
  fetchWebhooks.post(`${origin}${path}`, { headers: { "Idempotency-Key": "k1" }, body: '{"a":1}', signal });

describe("webhooks over http", () => {
  it("arrive with headers and body, and give status and text", async () => {
    expect(await post("/hook")).toEqual({ status: 201, text: "thank you" });
    expect(heard.at(-1)).toMatchObject({ url: "/hook", body: '{"a":1}', headers: { "idempotency-key": "k1" } });
  });

  it("do not follow a redirect, and do not read an answer without end", async () => {
    expect((await post("/moved")).status).toBe(302);
    expect(heard.some((one) => one.url === "/elsewhere")).toBe(false);
    expect((await post("/long")).text).toHaveLength(4096);
  });

  it("are a retryable fault when nobody answers, and end with their signal", async () => {
    const nobody = fetchWebhooks.post("http://127.0.0.1:9/", {
      ...{ headers: {}, body: "", signal: new AbortController().signal },
    });
    await expect(nobody).rejects.toMatchObject({ code: "WebhookNotReachable", retryable: true });
    await expect(post("/hangs", AbortSignal.timeout(50))).rejects.toMatchObject({ name: "TimeoutError" });
  });
});
