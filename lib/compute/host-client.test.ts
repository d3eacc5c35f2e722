import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HostClient } from "./host-client";

let folder: string;
let server: http.Server;
let client: HostClient;
/** Method and whether its connection had carried a request before. */
let asked: string[];

/** A host that dies at the second request of every connection, before it answers. */
beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "host-client-"));
  asked = [];
  const used = new WeakSet<object>();
  server = http.createServer((request, response) => {
    const isReused = used.has(request.socket);
    used.add(request.socket);
    asked.push(`${request.method ?? ""}${isReused ? " again" : ""}`);
    if (isReused) request.socket.destroy();
    else response.end("null");
  });
  const socket = path.join(folder, "host.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  client = new HostClient(socket);
});

afterEach(async () => {
  client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  fs.rmSync(folder, { recursive: true });
});

it("asks once more, over a new connection, when a kept one turns out to be closed", async () => {
  await client.removeMachine("a");
  await client.removeMachine("a");
  expect(asked).toEqual(["DELETE", "DELETE again", "DELETE"]);
});

it("does not repeat what must not happen twice", async () => {
  await client.removeMachine("a");
  await expect(client.start("a")).rejects.toMatchObject({ code: "ComputeHostUnreachable" });
  expect(asked).toEqual(["DELETE", "POST again"]);
});
