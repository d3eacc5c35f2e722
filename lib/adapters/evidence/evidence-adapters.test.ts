import { createPublicKey, verify } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemoryReportKeys } from "@/lib/testing/memory-evidence";
import { networkProbe } from "./network-probe";
import { createReportKeyFiles } from "./report-key-files";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "evidence-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["in files", () => createReportKeyFiles(path.join(folder, "keys"))],
  ["in memory", () => new MemoryReportKeys()],
])("keys of reports %s", (_, make) => {
  it("are one for each vault, sign what their public key verifies, and are new after they were deleted", async () => {
    const keys = make();
    const message = Buffer.from("a report");
    const der = Buffer.from(await keys.publicKey("vault-1"));
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    expect(verify(null, message, key, await keys.sign("vault-1", message))).toBe(true);
    expect(verify(null, message, key, await keys.sign("vault-2", message))).toBe(false);
    expect(Buffer.from(await keys.publicKey("vault-1"))).toEqual(der);
    await keys.delete("vault-1");
    expect(Buffer.from(await keys.publicKey("vault-1"))).not.toEqual(der);
  });
});

it("finds the key again after a restart, lets only its owner read it, and never replaces a damaged one", async () => {
  const place = path.join(folder, "kept");
  const before = await createReportKeyFiles(place).publicKey("vault-1");
  expect(await createReportKeyFiles(place).publicKey("vault-1")).toEqual(before);
  const file = path.join(place, "report-vault-1.pem");
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  fs.writeFileSync(file, "-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----\n");
  await expect(createReportKeyFiles(place).sign("vault-1", Buffer.from("a report"))).rejects.toMatchObject({
    code: "ReportKeyDamaged",
  });
  expect(fs.readFileSync(file, "utf8")).toContain("not a key");
});

describe("the network probe", () => {
  // A real clock gives fractions of milliseconds.
  const limits = () => ({ timeoutMs: 399.25, signal: new AbortController().signal });
  const any = { status: null, matches: null };
  const server = http.createServer((request, response) => {
    if (request.url === "/slow") return;
    if (request.url === "/moved") response.writeHead(302, { location: "/" });
    response.end("orders: 42");
  });
  let origin = "";
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
    origin = `http://127.0.0.1:${port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("passes what answers as it should", async () => {
    expect(await networkProbe.connect("127.0.0.1", port, limits())).toMatchObject({ passed: true });
    expect(await networkProbe.get(`${origin}/`, any, limits())).toMatchObject({ passed: true });
    const matches = (body: string) => body.includes("42");
    expect(await networkProbe.get(`${origin}/`, { status: 200, matches }, limits())).toMatchObject({ passed: true });
  });

  it("fails what does not answer, is late, answers something else or elsewhere, and says which", async () => {
    const failed = (detail: RegExp) => ({ passed: false, detail: expect.stringMatching(detail) as string });
    expect(await networkProbe.get(`${origin}/slow`, any, limits())).toEqual(failed(/in time/));
    expect(await networkProbe.get(`${origin}/moved`, any, limits())).toEqual(failed(/302/));
    expect(await networkProbe.get(`${origin}/`, { status: 204, matches: null }, limits())).toEqual(failed(/200/));
    expect(await networkProbe.get(`${origin}/`, { status: null, matches: () => false }, limits())).toEqual(failed(/not the pattern/)); // prettier-ignore
    expect(await networkProbe.get("http://127.0.0.1:1/", any, limits())).toEqual(failed(/./));
    expect(await networkProbe.connect("127.0.0.1", 1, limits())).toEqual(failed(/ECONNREFUSED/));
  });
});
