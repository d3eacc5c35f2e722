import { providerArmId } from "@/lib/contract/arm-id";
import type {
  AutomationAccountResource,
  AutomationJobResource,
  RunbookResource,
  RunbookType,
  RunbookVersionResource,
  VariableResource,
} from "@/lib/contract/automation";
import type {
  AutomationAccount,
  AutomationVariable,
  Runbook,
  RunbookKind,
  RunbookRun,
  RunbookVersion,
} from "@/lib/domain/automation";
import { RUNBOOK_TYPES, runbookState } from "@/lib/domain/automation-rules";
import type { Explanation } from "@/lib/kernel/fault";

export function automationArmId(account: AutomationAccount, ...below: readonly string[]): string {
  return providerArmId(account, "Microsoft.Automation", "automationAccounts", account.name, ...below);
}

export function presentAccount(account: AutomationAccount, runbookCount: number): AutomationAccountResource {
  return {
    id: automationArmId(account),
    name: account.name,
    type: "Microsoft.Automation/AutomationAccounts",
    location: account.location,
    tags: {},
    properties: {
      sku: { name: "Basic" },
      state: "Ok",
      creationTime: account.createdAt,
      lastModifiedTime: account.createdAt,
      description: account.description === "" ? null : account.description,
      runbookCount,
    },
  };
}

export function presentRunbook(
  account: AutomationAccount,
  runbook: Runbook,
  interpreterProblem: Explanation | null,
): RunbookResource {
  return {
    id: automationArmId(account, "runbooks", runbook.name),
    name: runbook.name,
    type: "Microsoft.Automation/AutomationAccounts/Runbooks",
    location: account.location,
    etag: etagOf(runbook),
    tags: {},
    properties: {
      runbookType: runbookType(runbook.kind),
      state: runbookState(runbook),
      provisioningState: "Succeeded",
      description: runbook.description === "" ? null : runbook.description,
      ...{ logVerbose: false, logProgress: false, logActivityTrace: 0 },
      creationTime: runbook.createdAt,
      lastModifiedTime: runbook.changedAt,
      draft: presentDraft(runbook),
      publishedVersion: runbook.publishedVersion,
      interpreterProblem,
    },
  };
}

export function presentDraft(runbook: Runbook): RunbookResource["properties"]["draft"] {
  if (runbook.draft === null) return null;
  const at = runbook.draftChangedAt ?? runbook.changedAt;
  return { inEdit: true, creationTime: at, lastModifiedTime: at };
}

/** Of the runbook as a whole: it changes with every write. */
export function etagOf(runbook: Runbook): string {
  return `"${runbook.revision}"`;
}

export function presentVersion(
  account: AutomationAccount,
  runbook: Runbook,
  version: RunbookVersion,
): RunbookVersionResource {
  const id = automationArmId(account, "runbooks", runbook.name);
  return {
    id: `${id}/providers/Secondsite.Recovery/versions/${version.number}`,
    name: String(version.number),
    type: "Secondsite.Recovery/versions",
    properties: {
      number: version.number,
      publishedAt: version.publishedAt,
      sha256: version.sha256,
      isPublished: runbook.publishedVersion === version.number,
      content: version.text,
    },
  };
}

export function presentVariable(account: AutomationAccount, variable: AutomationVariable): VariableResource {
  return {
    id: automationArmId(account, "variables", variable.name),
    name: variable.name,
    type: "Microsoft.Automation/AutomationAccounts/Variables",
    properties: {
      value: variable.isEncrypted ? null : variable.value,
      isEncrypted: variable.isEncrypted,
      description: variable.description === "" ? null : variable.description,
      creationTime: variable.createdAt,
      lastModifiedTime: variable.changedAt,
    },
  };
}

const STATUS = {
  Starting: "Activating",
  Running: "Running",
  Completed: "Completed",
  Failed: "Failed",
  Stopped: "Stopped",
  Interrupted: "Failed",
} as const;

export function presentRun(account: AutomationAccount, run: RunbookRun): AutomationJobResource {
  const status = STATUS[run.state];
  const isOpen = status === "Activating" || status === "Running";
  return {
    id: automationArmId(account, "jobs", run.id),
    name: run.id,
    type: "Microsoft.Automation/AutomationAccounts/Jobs",
    properties: {
      jobId: run.id,
      runbook: { name: run.runbookName },
      status,
      statusDetails: run.state === "Interrupted" ? "Interrupted" : "None",
      provisioningState: isOpen ? "Processing" : status === "Failed" ? "Failed" : "Succeeded",
      startedBy: run.startedBy,
      exception: run.problem?.message ?? null,
      creationTime: run.createdAt,
      startTime: run.startedAt,
      endTime: run.endedAt,
      lastModifiedTime: run.endedAt ?? run.startedAt ?? run.createdAt,
      parameters: {},
      runbookType: runbookType(run.kind),
      version: run.version,
      isDraft: run.version === null,
      exitCode: run.exitCode,
      outputBytes: run.outputBytes,
      outputSha256: run.outputSha256,
      scriptSha256: run.textSha256,
      error: run.problem,
    },
  };
}

export function runbookType(kind: RunbookKind): RunbookType {
  return RUNBOOK_TYPES[kind] as RunbookType;
}
