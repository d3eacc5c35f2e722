import type { Drill, DrillTrigger } from "@/lib/domain/drill";
import { requireDrillRules, type DrillSettings } from "@/lib/domain/drill-rules";
import type { Vault } from "@/lib/domain/entities";
import { refuseWhen, resourceNameProblem } from "@/lib/domain/names";
import type { OperationContext } from "../context";
import { planGone } from "../recovery-plans/settle-plan";
import { requireActiveVault } from "../require-active-vault";
import { announceDrill } from "./drill-events";
import { requireIsolatedNetwork } from "./require-isolated-network";

/**
 * PUT may be repeated: a drill of that name gets these settings. A run that is under way keeps those it started with.
 *
 * @throws Refusal InvalidDrill, DrillChainCycle, RecoveryPlanGone, NetworkNotFound, DrillNetworkNotIsolated
 */
export async function saveDrill(
  context: OperationContext,
  vault: Vault,
  name: string,
  settings: DrillSettings,
): Promise<Drill> {
  requireActiveVault(vault);
  refuseWhen(resourceNameProblem(name, "drill"), "drillName");
  const { drills, recoveryPlans } = context.repositories;
  const existing = await drills.find(vault.id, name);
  const id = existing?.id ?? context.random.uuid();
  requireDrillRules({ ...settings, id, name: existing?.name ?? name }, await drills.list(vault.id));
  const plan = await recoveryPlans.get(settings.planId);
  if (plan?.vaultId !== vault.id) throw planGone();
  await requireIsolatedNetwork(context, vault, settings.networkName);
  const now = context.clock.now().toISOString();
  if (existing) {
    const changed = await drills.update(existing.id, existing.revision, {
      ...settings,
      // What came due by the schedule of before, or while it was paused, is not due by this one.
      ...(isScheduledAnew(existing, settings) ? { activeSince: now } : {}),
    });
    announceDrill(context, changed);
    return changed;
  }
  const drill: Drill = { ...settings, id, vaultId: vault.id, name, activeSince: now, createdAt: now, revision: 1 };
  await drills.insert(drill);
  announceDrill(context, drill);
  return drill;
}

/** A paused drill starts nothing; what comes due meanwhile is not made up for. */
export async function setDrillEnabled(context: OperationContext, drill: Drill, enabled: boolean): Promise<Drill> {
  if (drill.enabled === enabled) return drill;
  const since = enabled ? { activeSince: context.clock.now().toISOString() } : {};
  const changed = await context.repositories.drills.update(drill.id, drill.revision, { enabled, ...since });
  announceDrill(context, changed);
  return changed;
}

function isScheduledAnew(before: Drill, after: DrillSettings): boolean {
  const cron = (trigger: DrillTrigger) => (trigger.kind === "Schedule" ? trigger.cron : null);
  const hasChanged = cron(before.trigger) !== cron(after.trigger) || before.timeZone !== after.timeZone;
  return hasChanged || (after.enabled && !before.enabled);
}
