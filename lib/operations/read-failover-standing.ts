import { bothRunningOf, type BothRunning, type BothRunningChoice } from "@/lib/domain/both-running";
import type { Fabric, ProtectedItem, Provider, ReportedMachine } from "@/lib/domain/entities";
import { isFailedOver, replicationDirection, type ReplicationDirection } from "@/lib/domain/protection-state";
import type { Job } from "@/lib/jobs/job";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { WAITING_FOR_COMPLETE_FAILOVER } from "./failover/failback/await-completion";
import { baseOf } from "./failover/failback/capture-replica";
import { findFailbackTarget, placeOf } from "./failover/failback/failback-target";
import { ordersOnReplicaOnly } from "./failover/orders-on-replica";
import { whyNotChoose } from "./fencing/resolve-both-running";
import { holderOf } from "./hold-protected-item";
import type { RegionMachine } from "./ports/region-compute";

export interface FailbackHost {
  readonly provider: Provider;
  readonly fabric: Fabric;
  readonly isOriginal: boolean;
  readonly hasMachine: boolean;
  /** Why the machine cannot go there now; null: it can. */
  readonly problem: string | null;
}

export interface FailoverStandingView {
  readonly direction: ReplicationDirection;
  readonly source: {
    readonly machineId: string;
    readonly provider: Provider | null;
    readonly isConnected: boolean;
    readonly machine: ReportedMachine | null;
  };
  readonly replica: {
    readonly machineId: string;
    readonly name: string;
    readonly power: RegionMachine["power"];
    readonly orders: RegionMachine["orders"];
    readonly ordersOnReplicaOnly: number | null;
  } | null;
  readonly bothRunning: BothRunning | null;
  readonly choices: readonly { readonly choice: BothRunningChoice; readonly disabledReason: string | null }[];
  readonly waitingJob: Job | null;
  readonly hosts: readonly FailbackHost[];
}

const CHOICES: readonly BothRunningChoice[] = ["ShutDownSource", "StopReplica", "LeaveBoth"];

/** Both sides of the machine now: for the dialogs of the way back, and for whoever has to decide between two of one machine. */
export async function readFailoverStanding(
  context: OperationContext,
  item: ProtectedItem,
): Promise<FailoverStandingView> {
  const place = placeOf(item);
  const provider = await context.repositories.providers.get(place.providerId);
  const holder = await holderOf(context, item);
  return {
    direction: replicationDirection(item),
    source: {
      machineId: place.machineId,
      provider,
      isConnected: context.sites.isConnected(place.providerId),
      machine: provider?.inventory.find(({ id }) => id === place.machineId) ?? null,
    },
    replica: await replicaOf(context, item),
    bothRunning: bothRunningOf(item),
    choices: CHOICES.map((choice) => ({ choice, disabledReason: whyNotChoose(item, choice) })),
    waitingJob: holder?.stateDescription === WAITING_FOR_COMPLETE_FAILOVER ? holder : null,
    hosts: isFailedOver(item) ? await hostsFor(context, item) : [],
  };
}

async function replicaOf(context: OperationContext, item: ProtectedItem): Promise<FailoverStandingView["replica"]> {
  const machines = await context.repositories.deployedMachines.listByItem(item.id);
  const machine = machines.find(({ purpose }) => purpose === "Failover");
  if (!machine) return null;
  const seen = await context.region.get(machine.id);
  const { onReplicaOnly } = await ordersOnReplicaOnly(context, item, machine);
  return {
    machineId: machine.id,
    name: machine.name,
    power: seen?.power ?? "off",
    orders: seen?.orders ?? null,
    ordersOnReplicaOnly: onReplicaOnly,
  };
}

async function hostsFor(context: OperationContext, item: ProtectedItem): Promise<FailbackHost[]> {
  const { providers, fabrics } = context.repositories;
  const sites = new Map((await fabrics.list(item.vaultId)).map((fabric) => [fabric.id, fabric]));
  const all = await providers.listByVault(item.vaultId);
  const hosts = await Promise.all(all.map((provider) => hostOf(context, item, provider, sites.get(provider.fabricId))));
  return hosts.flatMap((host) => host ?? []).sort((a, b) => Number(b.isOriginal) - Number(a.isOriginal));
}

async function hostOf(
  context: OperationContext,
  item: ProtectedItem,
  provider: Provider,
  fabric: Fabric | undefined,
): Promise<FailbackHost | null> {
  if (!fabric) return null;
  const isOriginal = provider.id === item.providerId;
  const id = isOriginal ? item.machineId : item.id;
  return {
    provider,
    fabric,
    isOriginal,
    hasMachine: provider.inventory.some((machine) => machine.id === id),
    problem: context.sites.isConnected(provider.id)
      ? await problemAt(context, item, provider)
      : "The host does not answer.",
  };
}

async function problemAt(context: OperationContext, item: ProtectedItem, provider: Provider): Promise<string | null> {
  try {
    const base = await baseOf(context, item);
    await findFailbackTarget(context, item, { providerId: provider.id, createMachine: true }, base.disks);
    return null;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.message;
  }
}
