import type { ProtectedItem, Provider, RecoveryPoint, ReportedMachine } from "@/lib/domain/entities";
import { sameName } from "@/lib/domain/names";
import { planItemIds } from "@/lib/domain/recovery-plan-rules";
import type { FabricKind } from "@/lib/domain/replication-provider";
import { HOST_DISK_FORMATS, type DiskFormat, type HostDiskFormat } from "@/lib/kernel/disk-format";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../../context";
import type { MachineToCreate } from "../../ports/site-gateway";
import { sourceOf } from "../../source-machine";
import type { FailbackRun } from "./failback-run";

/** Where the machine goes. */
export interface FailbackPlace {
  readonly providerId: string;
  readonly fabricId: string;
  /** Its id there: its own at the host that it came from, the protected item's at any other: no host gives that one away. */
  readonly machineId: string;
}

export interface FailbackTarget extends FailbackPlace {
  readonly provider: Provider;
  /** As the host reports it; null: it does not have it. */
  readonly machine: ReportedMachine | null;
  readonly isMove: boolean;
}

const MEMORY_BYTES_DEFAULT = 64 * 1024 * 1024;
const KEY = "failbackPlace";

/** Between the failback and its commit the item still names its former host; this is where the machine is. */
export function placeOf(item: ProtectedItem): FailbackPlace {
  const moved = item.evidence[KEY] as FailbackPlace | undefined;
  return moved ?? { providerId: item.providerId, fabricId: item.fabricId, machineId: item.machineId };
}

export function withPlace(item: ProtectedItem, place: FailbackPlace | null): ProtectedItem["evidence"] {
  const { [KEY]: _, ...rest } = item.evidence;
  if (place === null) return rest;
  const { providerId, fabricId, machineId } = place;
  return { ...rest, [KEY]: { providerId, fabricId, machineId } };
}

/** @throws Fault HostNotFound, MachineNameTaken, MachineNotAtHost, DisksDiffer, ItemCannotMove */
export async function findFailbackTarget(
  context: OperationContext,
  item: ProtectedItem,
  run: Pick<FailbackRun, "providerId" | "createMachine">,
  disks: RecoveryPoint["disks"],
): Promise<FailbackTarget> {
  const providerId = run.providerId ?? item.providerId;
  const provider = await context.repositories.providers.get(providerId);
  if (provider?.vaultId !== item.vaultId) throw hostNotFound(item);
  const isMove = providerId !== item.providerId;
  if (isMove) await requireMovable(context, item, provider);
  const machineId = isMove ? item.id : item.machineId;
  const machine = provider.inventory.find((one) => one.id === machineId) ?? null;
  if (machine === null) requireRoomForName(item, provider, run);
  else requireSameDisks(item, provider, machine, disks);
  return { providerId, fabricId: provider.fabricId, machineId, provider, machine, isMove };
}

/** What the host makes when it does not have the machine: as its source was, as far as that was ever heard. */
export async function machineToCreate(
  context: OperationContext,
  item: ProtectedItem,
  target: FailbackTarget,
  disks: RecoveryPoint["disks"],
): Promise<MachineToCreate | null> {
  if (target.machine !== null) return null;
  const { machine: source } = await sourceOf(context, item);
  const kind = (await context.repositories.fabrics.get(target.fabricId))?.kind ?? "HyperVSite";
  return {
    name: item.machineName,
    generation: source?.generation ?? 1,
    osType: source?.osType ?? "Other",
    memoryBytes: source?.memoryBytes ?? MEMORY_BYTES_DEFAULT,
    cpuCount: source?.cpuCount ?? 1,
    disks: disks.map(({ diskId, virtualSizeBytes }, index) => {
      const known = source?.disks.find((disk) => disk.id === diskId);
      const role = known?.role ?? (index === 0 ? "os" : "data");
      return {
        id: diskId,
        name: known?.name ?? diskId,
        role,
        format: formatFor(kind, known?.format),
        virtualSizeBytes,
      };
    }),
  };
}

/** A disk comes back in the format that it had where the host makes that one, else in the one that grows with its data. */
function formatFor(kind: FabricKind, format: DiskFormat | null | undefined): HostDiskFormat {
  const isOwn = (one: string) => one.startsWith("vmdk") === (kind === "VMware");
  const made = HOST_DISK_FORMATS.find((one) => one === format && isOwn(one));
  return made ?? (kind === "VMware" ? "vmdk-sparse" : "vhdx-dynamic");
}

async function requireMovable(context: OperationContext, item: ProtectedItem, provider: Provider): Promise<void> {
  if (item.consistencyGroup !== null) {
    throw cannotMove(
      item,
      provider,
      `it is in the consistency group ${item.consistencyGroup}, whose machines are of one host`,
    );
  }
  if (provider.fabricId === item.fabricId) return;
  const { fabrics } = context.repositories;
  const [home, other] = await Promise.all([fabrics.get(item.fabricId), fabrics.get(provider.fabricId)]);
  if (home?.kind !== other?.kind) {
    throw cannotMove(item, provider, "its replication policy is for the machines of the other kind of site");
  }
  const plans = await context.repositories.recoveryPlans.list(item.vaultId);
  const plan = plans.find(({ groups }) => planItemIds(groups).includes(item.id));
  if (plan) throw cannotMove(item, provider, `the recovery plan ${plan.name} contains it, and plans are of one site`);
  if (await context.repositories.protectedItems.find(provider.fabricId, item.name)) {
    throw cannotMove(item, provider, `a protected machine named ${item.name} is in the site of that host already`);
  }
}

function requireRoomForName(item: ProtectedItem, provider: Provider, run: Pick<FailbackRun, "createMachine">): void {
  const namesake = provider.inventory.find(({ name }) => sameName(name, item.machineName));
  if (namesake) {
    throw new Fault({
      code: "MachineNameTaken",
      message: `The host ${provider.hostName} has another machine named ${item.machineName}.`,
      possibleCauses: "A machine of that name was made there; it is not the one that was failed over.",
      recommendedAction: "Rename or remove that machine, or choose another host.",
    });
  }
  if (run.createMachine) return;
  throw new Fault({
    code: "MachineNotAtHost",
    message: `The host ${provider.hostName} does not have ${item.machineName}.`,
    possibleCauses: "The machine was removed there, or another host was chosen.",
    recommendedAction: "Choose 'Create the on-premises virtual machine if it does not exist', or another host.",
  });
}

function requireSameDisks(
  item: ProtectedItem,
  provider: Provider,
  machine: ReportedMachine,
  disks: RecoveryPoint["disks"],
): void {
  const wrong = disks.find(({ diskId, virtualSizeBytes }) => {
    const there = machine.disks.find(({ id }) => id === diskId);
    return there?.virtualSizeBytes !== virtualSizeBytes;
  });
  if (!wrong) return;
  const there = machine.disks.find(({ id }) => id === wrong.diskId);
  const what = there
    ? `${there.name} has ${there.virtualSizeBytes} bytes there and ${wrong.virtualSizeBytes} in Azure`
    : `its disk ${wrong.diskId} is not there`;
  throw new Fault({
    code: "DisksDiffer",
    message: `The disks of ${item.machineName} at the host ${provider.hostName} are not those that were failed over: ${what}.`,
    possibleCauses: "A disk was removed, replaced or resized at the host after the failover.",
    recommendedAction: "Give the machine its former disks, or fail back to another host, which makes the machine anew.",
  });
}

function hostNotFound(item: ProtectedItem): Fault {
  return new Fault({
    code: "HostNotFound",
    message: `The host to which ${item.machineName} was to be failed back is not registered in its vault.`,
    possibleCauses: "It was unregistered.",
    recommendedAction: "Choose a registered host, or register the host again.",
  });
}

function cannotMove(item: ProtectedItem, provider: Provider, because: string): Fault {
  return new Fault({
    code: "ItemCannotMove",
    message: `${item.machineName} cannot be failed back to the host ${provider.hostName}: ${because}.`,
    possibleCauses: "Another host than the one that the machine came from was chosen.",
    recommendedAction: "Remove what stands in the way, or fail back to the original host.",
  });
}
