import {
  applicationCheckProblem,
  NO_EVIDENCE_SETTINGS,
  targetsProblem,
  type ApplicationCheck,
  type EvidenceSettings,
  type RecoveryTargets,
} from "@/lib/domain/evidence-settings";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { runbookProblem } from "../automation/describe-runbook";
import { patternProblem } from "./pattern";

/** Of a vault, a plan or a protected item; what was never set is none. */
export async function readEvidenceSettings(context: OperationContext, ownerId: string): Promise<EvidenceSettings> {
  return (await context.repositories.evidenceSettings.get(ownerId)) ?? NO_EVIDENCE_SETTINGS;
}

/** @throws Refusal InvalidRecoveryTarget */
export async function setTargets(
  context: OperationContext,
  owner: { readonly vaultId: string; readonly ownerId: string },
  targets: RecoveryTargets,
): Promise<EvidenceSettings> {
  const problem = targetsProblem(targets);
  if (problem) throw new Refusal("invalid", problem, "properties.targets");
  return change(context, owner, { targets });
}

/** A runbook must be one that could be run now. @throws Refusal InvalidApplicationCheck, and why a runbook cannot be run */
export async function setApplicationCheck(
  context: OperationContext,
  owner: { readonly vaultId: string; readonly ownerId: string },
  applicationCheck: ApplicationCheck | null,
): Promise<EvidenceSettings> {
  const problem = applicationCheck && applicationCheckProblem(applicationCheck, patternProblem);
  if (problem) throw new Refusal("invalid", problem, "properties.applicationCheck");
  if (applicationCheck?.kind === "Runbook") await requireRunbook(context, owner.vaultId, applicationCheck);
  return change(context, owner, { applicationCheck });
}

/** Of the plan where it has its own, else of the vault. */
export async function targetsFor(context: OperationContext, job: Job): Promise<RecoveryTargets> {
  const own = job.targetType === "RecoveryPlan" ? (await readEvidenceSettings(context, job.targetId)).targets : null;
  const { targets: ofVault } = await readEvidenceSettings(context, job.vaultId ?? "");
  return {
    rpoSeconds: own?.rpoSeconds ?? ofVault.rpoSeconds,
    rtoSeconds: own?.rtoSeconds ?? ofVault.rtoSeconds,
  };
}

async function change(
  context: OperationContext,
  { vaultId, ownerId }: { readonly vaultId: string; readonly ownerId: string },
  changes: Partial<EvidenceSettings>,
): Promise<EvidenceSettings> {
  const settings = { ...(await readEvidenceSettings(context, ownerId)), ...changes };
  await context.repositories.evidenceSettings.put(vaultId, ownerId, settings);
  return settings;
}

async function requireRunbook(
  context: OperationContext,
  vaultId: string,
  { accountName, runbookName }: Extract<ApplicationCheck, { kind: "Runbook" }>,
): Promise<void> {
  const vault = await context.repositories.vaults.get(vaultId);
  const problem = vault && (await runbookProblem(context, vault, accountName, runbookName));
  if (problem) throw new Refusal("invalid", problem, "properties.applicationCheck");
}
