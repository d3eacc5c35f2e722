import { generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePng } from "@/lib/adapters/hypervisors/png";
import type { FailoverRecord } from "@/lib/domain/failover-record";
import { sampleFailoverRecord, sampleVault } from "@/lib/testing/sample-entities";
import { canonicalJson } from "./canonical-json";
import { aboutReport, makeReport, type Report } from "./report";
import { reportHtml } from "./report-html";
import { reportPdf } from "./report-pdf";
import {
  fingerprintOf,
  signDocument,
  signJsonReport,
  verifyReport,
  type ReportFormat,
  type ReportSigner,
} from "./report-signature";

const AT = "2026-01-05T08:00:00.000Z";
const picture = encodePng(4, 4, new Uint8Array(48).fill(0x55));

function signer(): ReportSigner {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    publicKey: publicKey.export({ type: "spki", format: "der" }),
    sign: async (message) => sign(null, message, privateKey),
  };
}

const machine: FailoverRecord["machines"][number] = {
  protectedItemId: "item-1",
  name: "SQL <script>alert(1)</script>",
  replicaName: "SQL-test",
  outcome: "Failed",
  detail: "Its application check failed: it answered 500",
  recoveryPoint: { id: "point-1", at: AT, kind: "CrashConsistent" },
  disks: [
    { name: "os.vhdx", pointRoot: "ab".repeat(32), restoredRoot: "ab".repeat(32), identical: true, bytesWritten: 4096 },
    { name: "data.vhdx", pointRoot: "cd".repeat(32), restoredRoot: null, identical: false, bytesWritten: 0 },
  ],
  firstLineMs: 480,
  firstSignOfLifeAt: AT,
  upAt: AT,
  loss: { seconds: 12, bytes: 65536, orders: 3 },
  ordersAtSource: 103,
  ordersOnReplica: 100,
  screenshot: { file: "picture.png", sha256: "ef".repeat(32), at: AT },
  applicationCheck: { what: "GET http://127.0.0.1/ answers 2xx", passed: false, detail: "it answered 500", at: AT },
};

function sample(changes: Partial<FailoverRecord> = {}): Report {
  return makeReport({
    vault: sampleVault(),
    record: sampleFailoverRecord({
      outcome: "Failed",
      machines: [machine],
      steps: [
        {
          name: "Start SQL",
          group: "Group 1",
          state: "Failed",
          startedAt: AT,
          endedAt: AT,
          detail: "It did not boot.",
        },
      ],
      deviations: [{ at: AT, what: "Error ReplicaDidNotBoot: it said nothing — 日本" }],
      cleanup: { at: AT, notes: "", before: ["virtual machine SQL-test"], after: [] },
      ...changes,
    }),
    notes: [{ id: "n", recordId: "run-1", vaultId: "vault-1", at: AT, who: "ann", text: "Fine --> really <b>" }],
    pictures: new Map([["picture.png", picture]]),
    generatedAt: AT,
    generatedBy: { program: "Secondsite", version: "1.0", user: "ann" },
  });
}

/** A short one, so that every byte of it can be tried. */
const small = (): Report => sample({ machines: [], steps: [], deviations: [], cleanup: null });

async function signed(format: ReportFormat, report: Report, by: ReportSigner): Promise<Buffer> {
  if (format === "json") return Buffer.from(await signJsonReport(report, by));
  const fingerprint = fingerprintOf(by.publicKey);
  const document =
    format === "html" ? Buffer.from(reportHtml(report, fingerprint)) : await reportPdf(report, fingerprint);
  return Buffer.from(await signDocument(format, document, aboutReport(report), by));
}

const FORMATS = ["json", "html", "pdf"] as const;

describe.each(FORMATS)("a report as %s", (format) => {
  it("is valid as it was signed, and tells who, what and when", async () => {
    const by = signer();
    const file = await signed(format, sample(), by);
    expect(verifyReport(file)).toMatchObject({
      ...{ isValid: true, format, fingerprint: fingerprintOf(by.publicKey), isPinned: false },
      about: {
        kind: "TestFailover",
        subject: "order-system",
        outcome: "Failed",
        requestedBy: "local user",
        record: "run-1",
      },
    });
  });

  it("is refused when another key is expected, also when the file brings a key of its own", async () => {
    const [ours, theirs] = [signer(), signer()];
    const forged = await signed(format, sample({ outcome: "Succeeded" }), theirs);
    expect(verifyReport(forged, { fingerprint: fingerprintOf(ours.publicKey) })).toMatchObject({ isValid: false });
    expect(verifyReport(forged, { publicKey: ours.publicKey })).toMatchObject({
      isValid: false,
      problem: expect.stringContaining("another key") as string,
    });
    expect(verifyReport(forged, { publicKey: theirs.publicKey })).toMatchObject({ isValid: true, isPinned: true });
  });

  it("fails when any byte of it is changed", async () => {
    const file = await signed(format, small(), signer());
    const accepted: number[] = [];
    for (let at = 0; at < file.length; at++) {
      const was = file[at] ?? 0;
      file[at] = was ^ (1 << (at % 8));
      if (verifyReport(file).isValid) accepted.push(at);
      file[at] = was;
    }
    expect(accepted).toEqual([]);
    expect(verifyReport(file).isValid).toBe(true);
  }, 60_000);

  it("fails when bytes are taken away, added or exchanged anywhere", async () => {
    const file = await signed(format, small(), signer());
    const anywhere = fc.nat({ max: file.length });
    fc.assert(
      fc.property(anywhere, fc.nat({ max: 40 }), fc.uint8Array({ maxLength: 40 }), (at, removed, added) => {
        const changed = Buffer.concat([file.subarray(0, at), added, file.subarray(at + removed)]);
        return changed.equals(file) || !verifyReport(changed).isValid;
      }),
      { numRuns: 400 },
    );
    for (const tail of ["\n", " ", "x", "%%EOF\n", "<!-- -->"]) {
      expect(verifyReport(Buffer.concat([file, Buffer.from(tail)])).isValid).toBe(false);
      expect(verifyReport(Buffer.concat([file, file])).isValid).toBe(false);
    }
  });
});

it("shows in HTML what others wrote as text, and nothing of it as markup", () => {
  const html = reportHtml(sample(), "00");
  expect(html).not.toContain("<script");
  expect(html).toContain("SQL &lt;script&gt;");
  expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
});

it("says in the report what was not proven, and never that it was", () => {
  const html = reportHtml(sample(), "00");
  expect(html).toContain("not proven");
  const unmeasured = sample({ measured: { rpoSeconds: null, rtoSeconds: null } });
  expect(reportHtml(unmeasured, "00")).toContain("NOT MEASURED");
  const missing = makeReport({ ...partsOf(sample()), pictures: new Map() });
  expect(reportHtml(missing, "00")).toContain("is not there any more");
});

const partsOf = (report: Report) => ({
  ...{ record: report.record, notes: [], generatedAt: AT, generatedBy: report.generatedBy },
  vault: sampleVault(),
});

it("writes JSON in one form only, whatever the order of the members was", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      const text = canonicalJson(value);
      return canonicalJson(reversed) === text && canonicalJson(JSON.parse(text)) === text;
    }),
  );
});
