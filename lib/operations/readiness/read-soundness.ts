import type { Vault } from "@/lib/domain/entities";
import type { VaultSoundness } from "@/lib/domain/readiness-readings";
import { hasEnded } from "@/lib/jobs/job-states";
import { CHECK_SCENARIO, REPAIR_SCENARIO } from "../check-vault";
import type { OperationContext } from "../context";
import { readKnownDamage } from "../read-verification";
import { reportOf } from "../verification-report";

const JOBS_LOOKED_AT = 60;

/** What the jobs that looked at the vault have found. One that failed has found nothing, and is no proof of soundness. */
export async function readSoundness(context: OperationContext, vault: Vault): Promise<VaultSoundness> {
  const scenarioNames = [CHECK_SCENARIO, REPAIR_SCENARIO];
  const jobs = await context.jobs.list({ vaultId: vault.id, scenarioNames, limit: JOBS_LOOKED_AT });
  const reports = jobs.flatMap((job) => (job.state === "Succeeded" ? (reportOf(job.memory) ?? []) : []));
  const newest = jobs.find((job) => hasEnded(job.state));
  const damage = await readKnownDamage(context, vault);
  return {
    readAt: reports.find(({ depth }) => depth !== "structure")?.at ?? null,
    damagedObjectCount: damage.damagedObjects.length,
    damagedPointCount: damage.damagedPoints.length,
    unlistedPackCount: damage.unlistedPacks.length,
    failure:
      newest?.state === "Failed" ? (newest.errors.find((error) => error.severity === "Error")?.message ?? "") : null,
  };
}
