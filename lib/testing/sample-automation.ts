import type { AutomationAccount, AutomationVariable, Runbook, RunbookRun } from "@/lib/domain/automation";
import { SCOPE } from "./sample-entities";

const AT = "2026-11-22T00:00:00.000Z";

export const sampleAccount = (changes: Partial<AutomationAccount> = {}): AutomationAccount => ({
  ...SCOPE,
  id: "account-1",
  name: "Contoso-Automation",
  location: "westeurope",
  description: "",
  createdAt: AT,
  ...changes,
});

export const sampleRunbook = (changes: Partial<Runbook> = {}): Runbook => ({
  id: "runbook-1",
  accountId: "account-1",
  name: "Switch-DNS",
  kind: "Shell",
  description: "",
  draft: "echo draft",
  draftChangedAt: AT,
  publishedVersion: null,
  createdAt: AT,
  changedAt: AT,
  revision: 1,
  ...changes,
});

export const sampleVariable = (changes: Partial<AutomationVariable> = {}): AutomationVariable => ({
  id: "variable-1",
  accountId: "account-1",
  name: "ApiToken",
  description: "",
  isEncrypted: false,
  value: "plain",
  createdAt: AT,
  changedAt: AT,
  ...changes,
});

export const sampleRun = (changes: Partial<RunbookRun> = {}): RunbookRun => ({
  id: "run-1",
  key: "key-1",
  attempt: "job-1/1",
  accountId: "account-1",
  runbookId: "runbook-1",
  runbookName: "Switch-DNS",
  kind: "Shell",
  version: 1,
  textSha256: "aa",
  state: "Starting",
  processId: null,
  processStart: null,
  createdAt: AT,
  startedAt: null,
  endedAt: null,
  exitCode: null,
  outputBytes: null,
  outputSha256: null,
  startedBy: "a test",
  jobId: "job-1",
  problem: null,
  ...changes,
});
