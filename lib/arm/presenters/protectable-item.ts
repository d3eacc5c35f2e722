import { siteRecoveryArmId } from "@/lib/contract/arm-id";
import type { ProtectableItemResource } from "@/lib/contract/fabrics";
import type { Fabric, Provider, ReportedDisk, ReportedMachine, Vault } from "@/lib/domain/entities";
import { containerName } from "@/lib/domain/names";
import { providerOf } from "@/lib/domain/replication-provider";
import type { ProtectableItemView } from "@/lib/operations/list-protectable-items";
import { presentHealthError } from "./health-error";

const MIB = 1024 ** 2;
const presence = (present: boolean) => (present ? "Present" : "NotPresent");

export function presentProtectableItem(
  vault: Vault,
  fabric: Fabric,
  view: ProtectableItemView,
): ProtectableItemResource {
  const { machine, provider, protectedItem, findings } = view;
  const inFabric = (...segments: string[]) => siteRecoveryArmId(vault, "replicationFabrics", fabric.name, ...segments);
  const container = ["replicationProtectionContainers", containerName(fabric)];
  return {
    id: inFabric(...container, "replicationProtectableItems", machine.id),
    name: machine.id,
    type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectableItems",
    properties: {
      friendlyName: machine.name,
      protectionStatus: protectedItem ? "Protected" : "Unprotected",
      replicationProtectedItemId: protectedItem
        ? inFabric(...container, "replicationProtectedItems", protectedItem.name)
        : null,
      recoveryServicesProviderId: inFabric("replicationRecoveryServicesProviders", provider.name),
      protectionReadinessErrors: findings.map(({ explanation }) => explanation.message),
      supportedReplicationProviders: [providerOf(fabric.kind)],
      customDetails: fabric.kind === "VMware" ? presentVMware(machine) : presentHyperV(machine, provider),
      healthErrors: findings.map(({ ruleId, subject, explanation }) =>
        presentHealthError(explanation, {
          errorId: ruleId,
          entityId: subject,
          at: provider.lastHeartbeatAt ?? provider.registeredAt,
          category: "Configuration",
        }),
      ),
      machine: {
        power: machine.power,
        bootable: machine.bootable,
        memoryBytes: machine.memoryBytes,
        cpuCount: machine.cpuCount,
        hostConnected: view.hostConnected,
        orders: machine.orders && { ...machine.orders },
      },
    },
  };
}

type Details = ProtectableItemResource["properties"]["customDetails"];

const roleOf = ({ role }: ReportedDisk) => (role === "os" ? ("OperatingSystem" as const) : ("Data" as const));
const sizeInMB = ({ virtualSizeBytes }: ReportedDisk) => Math.ceil(virtualSizeBytes / MIB);

function presentHyperV(machine: ReportedMachine, provider: Provider): Details {
  return {
    instanceType: "HyperVVirtualMachine",
    sourceItemId: machine.id,
    generation: String(machine.generation),
    osDetails: { osType: machine.osType },
    diskDetails: machine.disks.map((disk) => ({
      maxSizeMB: sizeInMB(disk),
      vhdType: roleOf(disk),
      vhdId: disk.id,
      vhdName: disk.name,
      format: disk.format,
      allocatedBytes: disk.allocatedBytes,
    })),
    hasPhysicalDisk: presence(machine.attachments.passThrough),
    hasFibreChannelAdapter: presence(machine.attachments.fibreChannel),
    hasSharedVhd: presence(machine.attachments.sharedVhd),
    hyperVHostId: provider.id,
  };
}

function presentVMware(machine: ReportedMachine): Details {
  return {
    instanceType: "VMwareVirtualMachine",
    osType: machine.osType,
    ipAddress: null,
    poweredOn: machine.power === "running" ? "true" : "false",
    vCenterInfrastructureId: null,
    diskDetails: machine.disks.map((disk) => ({
      diskId: disk.id,
      diskName: disk.name,
      diskSizeInMB: String(sizeInMB(disk)),
      role: roleOf(disk),
      format: disk.format,
      allocatedBytes: disk.allocatedBytes,
    })),
    validationErrors: [],
  };
}
