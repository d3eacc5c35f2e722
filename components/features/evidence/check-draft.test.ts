import { expect, it } from "vitest";
import type { ApplicationCheck } from "@/lib/contract/evidence";
import { checkOfDraft, draftOf } from "./check-draft";

const checks: readonly ApplicationCheck[] = [
  { kind: "SerialPattern", pattern: "taking orders", timeoutSeconds: 30 },
  { kind: "TcpPort", host: "127.0.0.1", port: 5432, timeoutSeconds: 5 },
  { kind: "Http", url: "http://127.0.0.1/", status: null, pattern: "ok", timeoutSeconds: 5 },
  { kind: "Http", url: "http://127.0.0.1/", status: 204, pattern: null, timeoutSeconds: 5 },
  { kind: "Runbook", accountName: "ops", runbookName: "smoke", timeoutSeconds: 60 },
];

it("shows a check as it is, and reads back what it shows", () => {
  for (const check of checks) expect(checkOfDraft(draftOf(check))).toEqual(check);
  expect(checkOfDraft(draftOf(null))).toBeNull();
});

it("does not send what is not filled in", () => {
  for (const kind of ["SerialPattern", "TcpPort", "Http", "Runbook"] as const) {
    expect(checkOfDraft({ ...draftOf(null), kind })).toBeUndefined();
  }
  expect(checkOfDraft({ ...draftOf(checks[0] ?? null), timeoutSeconds: "soon" })).toBeUndefined();
});
