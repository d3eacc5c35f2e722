import { isSound } from "@/lib/engine/vault/vault-check";
import type { StepContext } from "@/lib/jobs/job-definition";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { stillDamaged } from "../describe-damage";
import { expectedPoints, withoutDeleted } from "../expected-points";
import type { VaultRef } from "../ports/vault-data";
import { damagedMachines } from "../resynchronization/flag-damaged-machines";
import { verificationReport } from "../verification-report";
import { rememberDamaged } from "./flag-machines-step";

/** Checks the structure of the whole vault and reads all that was stored since the job was made; warns of what is left. */
export async function verifyStoredAgain(
  step: StepContext<OperationContext>,
  vault: VaultRef,
): Promise<{ details: Record<string, unknown> }> {
  const { services, job } = step;
  const expected = await expectedPoints(services, vault.id);
  const found = await services.vaultData.check(
    { vault, read: { modifiedSince: job.createdAt }, since: job.createdAt, expectedPoints: expected },
    { signal: step.signal, onProgress: (done, total) => step.progress(done, total) },
  );
  const still = new Set(await expectedPoints(services, vault.id));
  const lasting = { ...found, check: withoutDeleted(found.check, still) };
  const { check } = lasting;
  const report = verificationReport(services.clock.now().toISOString(), "repair", lasting);
  const machines = await damagedMachines(services, vault.id, check, expected);
  step.remember({ report, ...rememberDamaged(machines) });
  if (!isSound(check)) step.warn(stillDamaged(vault.name, check));
  announce(services, vault.id, "verification", vault.name);
  const left = { damagedPoints: check.damagedPoints.length, damagedObjects: check.damagedObjects.length };
  return { details: { ...left, blobsVerified: check.blobsVerified, bytesRead: check.bytesRead } };
}
