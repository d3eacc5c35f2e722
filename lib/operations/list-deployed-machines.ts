import { bothRunningOf } from "@/lib/domain/both-running";
import type { DeployedMachine, ProtectedItem, Vault } from "@/lib/domain/entities";
import { isFailedBack, needsCommit } from "@/lib/domain/protection-state";
import { assert } from "@/lib/kernel/assert";
import type { OperationContext } from "./context";
import { WAITING_FOR_COMPLETE_FAILOVER } from "./failover/failback/await-completion";
import { holderOf } from "./hold-protected-item";
import type { RegionMachine } from "./ports/region-compute";
import type { ResourceGroupScope } from "./ports/repositories";

export interface DeployedMachineFacts {
  readonly machine: DeployedMachine;
  readonly vault: Vault;
  /** Null when protection of its item has ended. */
  readonly itemName: string | null;
  /** What people call the machine that it stands for; null likewise. */
  readonly sourceName: string | null;
  readonly recoveryPointAt: string | null;
  /** As the region runs it now; null when it does not. */
  readonly running: RegionMachine | null;
  /** Its disks that are not ordinary ones yet. */
  readonly onDemand: readonly OnDemandFacts[];
  /** What is going on with it, in words; null: nothing. */
  readonly activity: string | null;
}

export interface OnDemandFacts {
  readonly diskId: string;
  readonly fileName: string;
  readonly role: "os" | "data";
  readonly phase: "waiting" | "counting" | "hydrating" | "verifying" | "merging";
  readonly bytesDone: number | null;
  readonly bytesTotal: number | null;
  readonly bytesPerSecond: number | null;
  readonly bytesDemanded: number | null;
  readonly overlayBytes: number | null;
  readonly problem: string | null;
}

/** The machines of a resource group in the simulated region, with what their guests show now. */
export async function listDeployedMachines(
  context: OperationContext,
  scope: ResourceGroupScope,
): Promise<DeployedMachineFacts[]> {
  const machines = await context.repositories.deployedMachines.listByScope(scope);
  if (machines.length === 0) return [];
  const running = await runningMachines(context);
  return Promise.all(machines.map((machine) => factsOf(context, machine, running)));
}

/** Without a region that can boot machines, replicas are verified only: nothing runs. */
async function runningMachines(context: OperationContext): Promise<readonly RegionMachine[]> {
  return (await context.region.unavailableReason()) === null ? context.region.list() : [];
}

async function factsOf(
  context: OperationContext,
  machine: DeployedMachine,
  running: readonly RegionMachine[],
): Promise<DeployedMachineFacts> {
  const { vaults, protectedItems, recoveryPoints } = context.repositories;
  const [vault, item, point] = await Promise.all([
    vaults.get(machine.vaultId),
    protectedItems.get(machine.protectedItemId),
    recoveryPoints.get(machine.recoveryPointId),
  ]);
  assert(vault, "a machine was found in the scope of its vault, and the vault is gone");
  const seen = running.find((candidate) => candidate.id === machine.id) ?? null;
  return {
    machine,
    vault,
    itemName: item?.name ?? null,
    sourceName: item?.machineName ?? null,
    recoveryPointAt: point?.at ?? null,
    running: seen,
    onDemand: machine.disks.filter((disk) => disk.onDemand === true).map((disk) => onDemandFacts(context, disk, seen)),
    activity: item && machine.purpose === "Failover" ? await activityOf(context, item) : null,
  };
}

/** The way back, and what waits for somebody. */
async function activityOf(context: OperationContext, item: ProtectedItem): Promise<string | null> {
  const holder = await holderOf(context, item);
  if (holder?.stateDescription === WAITING_FOR_COMPLETE_FAILOVER) {
    return "It is being failed back: its data is at the site, and the job waits for Complete failover.";
  }
  if (holder) return `The job '${holder.friendlyName}' is working on it.`;
  if (bothRunningOf(item)) return "Its source runs too: decide on the machine's page which one is to go on.";
  if (isFailedBack(item)) return "It has been failed back: the commit of the failback deletes it.";
  return needsCommit(item.state) ? "Its failover waits for the commit." : null;
}

function onDemandFacts(
  context: OperationContext,
  { diskId, path, role, verified }: DeployedMachine["disks"][number],
  running: RegionMachine | null,
): OnDemandFacts {
  const progress = context.onDemandDisks.progress(path);
  const atHost = running?.onDemand.find((disk) => disk.diskId === diskId);
  const phase = progress === null ? "waiting" : progress.phase === "hydrated" ? "merging" : progress.phase;
  return {
    ...{ diskId, role, fileName: path.slice(path.lastIndexOf("/") + 1) },
    phase: verified ? "merging" : phase,
    bytesDone: progress?.bytesDone ?? null,
    bytesTotal: progress?.bytesTotal ?? null,
    bytesPerSecond: progress?.bytesPerSecond ?? null,
    bytesDemanded: progress?.bytesDemanded ?? null,
    overlayBytes: atHost?.overlayBytes ?? null,
    problem: progress?.problem?.message ?? atHost?.waiting ?? null,
  };
}
