import { bothRunningOf, withBothRunning, type BothRunning } from "@/lib/domain/both-running";
import type { DeployedMachine, ProtectedItem, Provider } from "@/lib/domain/entities";
import { isFailedBack } from "@/lib/domain/protection-state";
import { changeItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { placeOf } from "../failover/failback/failback-target";
import { recordEvent } from "../record-event";

const UP: readonly string[] = ["starting", "running"];

/**
 * Looks, with every word of a host, whether one of its machines runs there and in Azure at the same time. That is an alert and
 * an event, once; what is to be done is for a person to decide (resolve-both-running): nothing is ever stopped by itself.
 */
export async function noticeBothRunning(context: OperationContext, provider: Provider): Promise<void> {
  const items = await context.repositories.protectedItems.listByProvider(provider.id);
  for (const item of items) {
    const known = bothRunningOf(item);
    if (known === null && item.activeLocation === "Primary" && !isFailedBack(item)) continue;
    const replica = runsAt(item, provider) ? await runningReplica(context, item) : null;
    if (replica !== null && known === null) await raise(context, item, replica, provider);
    if (replica === null && known !== null) await clear(context, item);
  }
}

/** Of a failover, not of a test: a test's machine is meant to run beside its source. */
export async function runningReplica(
  context: OperationContext,
  item: Pick<ProtectedItem, "id">,
): Promise<DeployedMachine | null> {
  const machines = await context.repositories.deployedMachines.listByItem(item.id);
  for (const machine of machines) {
    if (machine.purpose !== "Failover") continue;
    const seen = await context.region.get(machine.id);
    if (seen && UP.includes(seen.power)) return machine;
  }
  return null;
}

function runsAt(item: ProtectedItem, provider: Provider): boolean {
  const place = placeOf(item);
  const id = place.providerId === provider.id ? place.machineId : item.machineId;
  return provider.inventory.some((machine) => machine.id === id && UP.includes(machine.power));
}

async function raise(
  context: OperationContext,
  item: ProtectedItem,
  replica: DeployedMachine,
  provider: Provider,
): Promise<void> {
  const alert = { since: context.clock.now().toISOString(), left: null };
  const description = `${item.machineName} runs at its host ${provider.hostName} and as ${replica.name} in Azure at the same time. Decide on its page which one is to go on.`;
  if (await writeAlert(context, item, alert)) await tell(context, item, "Critical", description);
}

async function clear(context: OperationContext, item: ProtectedItem): Promise<void> {
  const description = `${item.machineName} runs in one place only again.`;
  if (await writeAlert(context, item, null)) await tell(context, item, "OK", description);
}

/** False when another heartbeat was faster: then it has told too. */
async function writeAlert(context: OperationContext, item: ProtectedItem, alert: BothRunning | null): Promise<boolean> {
  let isNew = false;
  await changeItem(context, item.id, (now) => {
    isNew = (bothRunningOf(now) === null) !== (alert === null);
    return isNew ? { evidence: withBothRunning(now, alert) } : null;
  });
  return isNew;
}

function tell(context: OperationContext, item: ProtectedItem, severity: "Critical" | "OK", description: string) {
  const { vaultId, machineName: affectedObject } = item;
  return recordEvent(context, { vaultId, type: "VmHealth", severity, description, affectedObject, jobId: null });
}
