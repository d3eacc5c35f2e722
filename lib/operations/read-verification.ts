import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import { nextScrubAt } from "@/lib/domain/scrubs";
import type { DamagedObject, DamagedPoint } from "@/lib/engine/vault/vault-check";
import { CHECK_SCENARIO, REPAIR_SCENARIO } from "./check-vault";
import type { OperationContext } from "./context";
import { OPEN_JOB_STATES } from "./open-job";
import { RESYNCHRONIZATION_SCENARIO } from "./resynchronization/resynchronization-job-of";
import { lastReadAt } from "./run-due-scrubs";
import { knownDamage, reportOf, type VerificationReport } from "./verification-report";

/** Looks back so far for the last check that read everything. */
const JOBS_LOOKED_AT = 60;

/** A recovery point that is known to be damaged, with the machine that people know. */
export interface KnownDamagedPoint extends DamagedPoint {
  readonly item: ProtectedItem | null;
  /** The id of its row; null when the vault's database does not know it (any more). */
  readonly recoveryPointId: string | null;
}

/** One look at the vault, and the job that took it. */
export interface Look {
  readonly jobId: string;
  /** What was made later it has not seen. */
  readonly beganAt: string;
  readonly report: VerificationReport;
}

export interface KnownDamage {
  readonly runningJobId: string | null;
  readonly newest: Look | null;
  /** The newest that read all data. */
  readonly newestData: Look | null;
  /** Newest first. */
  readonly looks: readonly Look[];
  readonly damagedObjects: readonly DamagedObject[];
  readonly damagedPoints: readonly KnownDamagedPoint[];
  readonly unlistedPacks: readonly string[];
}

export interface Verification extends KnownDamage {
  readonly scrubs: { readonly mibPerDay: number; readonly lastAt: string | null; readonly nextAt: string | null };
}

export async function readVerification(context: OperationContext, vault: Vault): Promise<Verification> {
  const lastAt = await lastReadAt(context, vault);
  const nextAt = nextScrubAt(vault.scrubMiBPerDay, lastAt ?? vault.createdAt, context.clock.now());
  return { ...(await readKnownDamage(context, vault)), scrubs: { mibPerDay: vault.scrubMiBPerDay, lastAt, nextAt } };
}

/** What is known of the vault's soundness, from the jobs that looked. Damage of points that were deleted since is history. */
export async function readKnownDamage(context: OperationContext, vault: Pick<Vault, "id">): Promise<KnownDamage> {
  const checking = [CHECK_SCENARIO, REPAIR_SCENARIO];
  // A resynchronization that stored again what was lost has looked as well.
  const scenarioNames = [...checking, RESYNCHRONIZATION_SCENARIO];
  const jobs = await context.jobs.list({ vaultId: vault.id, scenarioNames, limit: JOBS_LOOKED_AT });
  const looks = jobs.flatMap((job) => {
    const report = reportOf(job.memory);
    return report === null ? [] : [{ jobId: job.id, beganAt: job.createdAt, report }];
  });
  const known = knownDamage(looks.map(({ report }) => report));
  const ofVault = jobs.filter((job) => checking.includes(job.scenarioName));
  const running = ofVault.find((job) => (OPEN_JOB_STATES as readonly string[]).includes(job.state));
  return {
    runningJobId: running?.id ?? null,
    looks,
    newest: looks[0] ?? null,
    newestData: looks.find(({ report }) => report.depth === "data") ?? null,
    damagedObjects: known.damagedObjects,
    damagedPoints: known.damagedPoints.length === 0 ? [] : await located(context, vault, known.damagedPoints),
    unlistedPacks: known.unlistedPacks,
  };
}

async function located(
  context: OperationContext,
  vault: Pick<Vault, "id">,
  points: readonly DamagedPoint[],
): Promise<KnownDamagedPoint[]> {
  const rows = new Map<string, { item: ProtectedItem; id: string }>();
  const items = await context.repositories.protectedItems.listByVault(vault.id);
  for (const item of items) {
    for (const { id, objectName } of await context.repositories.recoveryPoints.list(item.id)) {
      rows.set(objectName, { item, id });
    }
  }
  return points.flatMap((point) => {
    const row = rows.get(point.name);
    return row === undefined ? [] : [{ ...point, item: row.item, recoveryPointId: row.id }];
  });
}
