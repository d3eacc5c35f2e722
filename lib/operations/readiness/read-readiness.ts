import { DEFAULT_COVERAGE_MONTHS } from "@/lib/domain/coverage";
import type { Vault } from "@/lib/domain/entities";
import { scoreReadiness, type Readiness } from "@/lib/domain/readiness";
import type { OperationContext } from "../context";
import { known } from "./known";
import { plansOfItems, readCoverage } from "./read-coverage";
import { readDiskRoom } from "./read-disk-room";
import { readDrillStandings, readOverdueActions, readPlanStandings, readRunbookUses } from "./read-plans";
import { readPoints, readReplication, readResynchronization, readTestsUp } from "./read-machines";
import { readSoundness } from "./read-soundness";

export interface ReadinessView extends Readiness {
  readonly readAt: string;
}

export async function readReadiness(context: OperationContext, vault: Vault): Promise<ReadinessView> {
  const items = await context.repositories.protectedItems.listByVault(vault.id);
  const atSite = items.filter((item) => item.activeLocation === "Primary");
  const plansOf = await plansOfItems(context, vault);
  const now = context.clock.now();
  const readiness = scoreReadiness(
    {
      recoveryPoints: await known(() => readPoints(context, atSite)),
      replication: await known(() => readReplication(items)),
      resynchronization: await known(() => readResynchronization(context, items)),
      keys: await known(() => context.vaultData.keyState(vault)),
      check: await known(() => readSoundness(context, vault)),
      plansOfMachines: await known(async () =>
        items.map((item) => ({ machine: item.machineName, plans: plansOf.get(item.id) ?? [] })),
      ),
      plans: await known(() => readPlanStandings(context, vault)),
      coverage: await known(() => readCoverage(context, vault, DEFAULT_COVERAGE_MONTHS)),
      drills: await known(() => readDrillStandings(context, vault)),
      sites: await known(() => readHosts(context, vault)),
      disk: await known(() => readDiskRoom(context, vault, atSite)),
      runbooks: await known(() => readRunbookUses(context, vault)),
      overdueActions: await known(() => readOverdueActions(context, vault)),
      testsUp: await known(() => readTestsUp(context, vault)),
    },
    now,
  );
  return { ...readiness, readAt: now.toISOString() };
}

async function readHosts(context: OperationContext, vault: Vault) {
  const sites = new Map((await context.repositories.fabrics.list(vault.id)).map(({ id, name }) => [id, name]));
  return (await context.repositories.providers.listByVault(vault.id)).map((host) => ({
    host: host.hostName,
    site: sites.get(host.fabricId) ?? host.fabricId,
    isConnected: context.sites.isConnected(host.id),
    lastHeartbeatAt: host.lastHeartbeatAt,
  }));
}
