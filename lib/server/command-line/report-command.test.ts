import { generateKeyPairSync, sign } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { makeReport } from "@/lib/operations/evidence/report/report";
import { fingerprintOf, signJsonReport } from "@/lib/operations/evidence/report/report-signature";
import { sampleFailoverRecord, sampleVault } from "@/lib/testing/sample-entities";
import { runReportCommand } from "./report-command";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "report-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const der = publicKey.export({ type: "spki", format: "der" });
const fingerprint = fingerprintOf(der);

async function reportFile(): Promise<string> {
  const report = makeReport({
    ...{ vault: sampleVault(), record: sampleFailoverRecord(), notes: [], pictures: new Map() },
    generatedAt: "2026-01-05T08:00:00.000Z",
    generatedBy: { program: "Secondsite", version: "1.0", user: "ann" },
  });
  const file = path.join(folder, "report.json");
  const signer = { publicKey: der, sign: async (message: Uint8Array) => sign(null, message, privateKey) };
  fs.writeFileSync(file, await signJsonReport(report, signer));
  return file;
}

it("says that a report is sound, whose it is, and warns that its key is only its own word", async () => {
  const result = await runReportCommand(["verify", await reportFile()]);
  expect(result.exitCode).toBe(0);
  expect(result.text).toContain("no byte was changed");
  expect(result.text).toContain("TestFailover of order-system");
  expect(result.text).toContain(fingerprint);
  expect(result.text).toContain("WARNING");
});

it("is content with the key that was expected, as a fingerprint in any writing, as PEM and as DER", async () => {
  const file = await reportFile();
  const pem = path.join(folder, "key.pem");
  fs.writeFileSync(pem, publicKey.export({ type: "spki", format: "pem" }));
  const raw = path.join(folder, "key.der");
  fs.writeFileSync(raw, der);
  const colons = `SHA256:${(fingerprint.toUpperCase().match(/../g) ?? []).join(":")}`;
  const pins = [
    ["--key", fingerprint],
    ["--key", colons],
    ["--public-key", pem],
    ["--public-key", raw],
  ];
  for (const pin of pins) {
    const result = await runReportCommand(["verify", file, ...pin]);
    expect([result.exitCode, result.text.includes("WARNING")]).toEqual([0, false]);
  }
});

it("ends with 1 for a changed report, another key, and what is no report", async () => {
  const file = await reportFile();
  expect((await runReportCommand(["verify", file, "--key", "0".repeat(64)])).exitCode).toBe(1);
  fs.appendFileSync(file, " ");
  const changed = await runReportCommand(["verify", file, "--json"]);
  expect([changed.exitCode, changed.json]).toMatchObject([1, { isValid: false, format: "json" }]);
  fs.writeFileSync(file, "hello");
  expect((await runReportCommand(["verify", file])).text).toContain("not a report");
});

it("tells a command line that cannot be understood from a report that is not valid", async () => {
  const wrong = [
    [],
    ["verify"],
    ["verify", "a", "b"],
    ["sign", "a"],
    ["verify", "a", "--key", "abc"],
    ["get", "vault"],
  ];
  for (const args of wrong) await expect(runReportCommand(args)).rejects.toMatchObject({ name: "UsageError" });
  await expect(runReportCommand(["verify", path.join(folder, "none")])).rejects.toMatchObject({
    code: "ReportNotReadable",
  });
});
