import { MICROSOFT_AZURE, providerArmId, resourceGroupPath, siteRecoveryArmId } from "@/lib/contract/arm-id";
import type { HealthError } from "@/lib/contract/health-error";
import type {
  ProtectedItemResource,
  RecoveryPointResource,
  TargetComputeSizeResource,
} from "@/lib/contract/protected-items";
import type { AzureDiskDetails } from "@/lib/contract/vmware";
import type { Fabric, ProtectedItem, ReportedMachine, Vault } from "@/lib/domain/entities";
import { describeState, describeTestState, replicationDirection } from "@/lib/domain/protection-state";
import { providerOf } from "@/lib/domain/replication-provider";
import type { MachineSize } from "@/lib/domain/sizes";
import type { RecoveryPointView } from "@/lib/operations/read-recovery-points";
import type { ItemHealth, ProtectedItemView } from "@/lib/operations/read-protected-item";
import { jobArmId, policyArmId, protectableItemArmId, protectedItemArmId, providerIdInArm } from "../site-recovery-ids";
import { presentHealthError } from "./health-error";

const MIB = 1024 ** 2;
type Details = ProtectedItemResource["properties"]["providerSpecificDetails"];

export function presentProtectedItem(view: ProtectedItemView): ProtectedItemResource {
  const { vault, fabric, item, policy, source } = view;
  const healthErrors = view.health.map((health) => presentHealth(view, health));
  return {
    id: protectedItemArmId(vault, fabric, item),
    name: item.name,
    type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectedItems",
    location: vault.location,
    properties: {
      friendlyName: item.machineName,
      protectedItemType: fabric.kind === "VMware" ? "VMwareVirtualMachine" : "HyperVVirtualMachine",
      protectableItemId: protectableItemArmId(vault, fabric, item.machineId),
      recoveryServicesProviderId: providerIdInArm(vault, fabric, { name: source.provider?.name ?? item.providerId }),
      primaryFabricFriendlyName: fabric.name,
      primaryFabricProvider: fabric.kind,
      recoveryFabricFriendlyName: MICROSOFT_AZURE,
      recoveryFabricId: MICROSOFT_AZURE,
      primaryProtectionContainerFriendlyName: fabric.name,
      recoveryProtectionContainerFriendlyName: MICROSOFT_AZURE,
      recoveryContainerId: MICROSOFT_AZURE,
      protectionState: item.state,
      protectionStateDescription: describeState(item, item.testFailoverState),
      activeLocation: item.activeLocation,
      replicationDirection: replicationDirection(item),
      testFailoverState: item.testFailoverState,
      testFailoverStateDescription: describeTestState(item.testFailoverState),
      allowedOperations: [...view.allowedOperations],
      replicationHealth: replicationHealth(view),
      failoverHealth: view.health.some((health) => health.category === "TestFailover") ? "Warning" : "Normal",
      healthErrors,
      policyId: policyArmId(vault, { name: policy?.name ?? item.policyId }),
      policyFriendlyName: policy?.name ?? "",
      lastSuccessfulFailoverTime: item.lastFailoverAt,
      lastSuccessfulTestFailoverTime: item.lastTestFailoverAt,
      currentScenario: presentScenario(vault, view.scenario),
      failoverRecoveryPointId:
        item.failoverRecoveryPointId === null
          ? null
          : recoveryPointArmId(vault, fabric, item, item.failoverRecoveryPointId),
      eventCorrelationId: item.id,
      providerSpecificDetails: presentDetails(view),
    },
  };
}

/** Idle values as recorded from the service. */
export function presentScenario(
  vault: Vault,
  scenario: { readonly scenarioName: string; readonly jobId: string; readonly startedAt: string } | null,
): ProtectedItemResource["properties"]["currentScenario"] {
  if (scenario === null) {
    return { scenarioName: "None", jobId: jobArmId(vault, "None"), startTime: "1753-01-01T01:01:01Z" };
  }
  const { scenarioName, jobId, startedAt } = scenario;
  return { scenarioName, jobId: jobArmId(vault, jobId), startTime: startedAt };
}

function replicationHealth({ item, health }: ProtectedItemView): "None" | "Normal" | "Warning" | "Critical" {
  const about = health.filter((one) => one.category !== "TestFailover");
  if (about.some((one) => one.level === "Error")) return "Critical";
  if (about.length > 0) return "Warning";
  return item.state === "UnprotectedStatesBegin" ? "None" : "Normal";
}

function presentHealth(view: ProtectedItemView, health: ItemHealth): HealthError {
  return presentHealthError(health.explanation, {
    errorId: health.explanation.code,
    entityId: view.item.machineId,
    at: view.readAt,
    category: health.category,
    level: health.level,
  });
}

function presentDetails(view: ProtectedItemView): Details {
  return view.fabric.kind === "VMware" ? presentVMware(view) : presentHyperV(view);
}

function presentHyperV(view: ProtectedItemView): Details {
  const { item, source, newestPoint } = view;
  return {
    instanceType: "HyperVReplicaAzure",
    ...presentCommon(view),
    azureVmDiskDetails: presentDisks(item, source.machine),
    recoveryAzureVmName: item.target.machineName,
    lastReplicatedTime: newestPoint?.at ?? null,
    initialReplicationDetails: {
      initialReplicationType: "OverNetwork",
      initialReplicationProgressPercentage: String(progressPercent(view)),
    },
    encryption: "Disabled",
    oSDetails: { osType: source.machine?.osType ?? "Other" },
  };
}

function presentVMware(view: ProtectedItemView): Details {
  const { item, source } = view;
  const { machine, provider } = source;
  const diskOf = (id: string) => machine?.disks.find((disk) => disk.id === id);
  return {
    instanceType: "InMageAzureV2",
    ...presentCommon(view),
    recoveryAzureVMName: item.target.machineName,
    azureVMDiskDetails: presentDisks(item, machine),
    protectedDisks: item.diskIds.map((diskId) => ({
      diskId,
      diskName: diskOf(diskId)?.name ?? diskId,
      diskCapacityInBytes: diskOf(diskId)?.virtualSizeBytes ?? 0,
      resyncRequired: view.needsResynchronization ? "Required" : "None",
    })),
    resyncProgressPercentage: progressPercent(view),
    processServerId: item.providerId,
    processServerName: provider?.hostName ?? "",
    agentVersion: provider?.version ?? null,
    lastHeartbeat: provider?.lastHeartbeatAt ?? null,
    osType: machine?.osType ?? "Other",
    osDiskId: item.diskIds[0] ?? null,
  };
}

const progressPercent = (view: ProtectedItemView) => Math.floor(view.initialReplicationPercent ?? 0);

/** What is said alike of machines of both kinds. */
function presentCommon(view: ProtectedItemView) {
  const { vault, item, source, newestPoint } = view;
  const { target } = item;
  const { machine } = source;
  const networkId =
    target.networkName === null
      ? null
      : providerArmId(vault, "Microsoft.Network", "virtualNetworks", target.networkName);
  const nicId = `${item.machineId}-nic`;
  return {
    recoveryAzureVMSize: target.size,
    recoveryAzureStorageAccount: providerArmId(vault, "Microsoft.Storage", "storageAccounts", target.storageAccount),
    recoveryAzureLogStorageAccountId: null,
    lastRecoveryPointReceived: newestPoint?.at ?? null,
    rpoInSeconds: view.rpoSeconds === null ? null : Math.round(view.rpoSeconds),
    lastRpoCalculatedTime: view.rpoSeconds === null ? null : view.readAt,
    vmId: item.machineId,
    vmProtectionState: item.state,
    vmProtectionStateDescription: describeState(item, item.testFailoverState),
    vmNics:
      networkId === null
        ? []
        : [
            {
              nicId,
              recoveryVMNetworkId: networkId,
              recoveryVMSubnetName: target.subnetName,
              selectionType: "SelectedByUser" as const,
              ipConfigs: [{ isPrimary: true, recoverySubnetName: target.subnetName }],
            },
          ],
    selectedRecoveryAzureNetworkId: networkId,
    selectedSourceNicId: networkId === null ? null : nicId,
    sourceVmRamSizeInMB: Math.round((machine?.memoryBytes ?? 0) / MIB),
    sourceVmCpuCount: machine?.cpuCount ?? 0,
    enableRdpOnTargetOption: "Never" as const,
    recoveryAzureResourceGroupId: resourceGroupPath(vault),
    useManagedDisks: "false" as const,
    licenseType: "NotSpecified" as const,
    multiVmGroupName: item.consistencyGroup,
    multiVmSyncStatus: item.consistencyGroup === null ? ("Disabled" as const) : ("Enabled" as const),
  };
}

function presentDisks(item: ProtectedItem, machine: ReportedMachine | null): AzureDiskDetails[] {
  return item.diskIds.map((diskId, index) => {
    const disk = machine?.disks.find((candidate) => candidate.id === diskId);
    const name = disk?.name ?? diskId;
    return {
      vhdType: (disk?.role ?? (index === 0 ? "os" : "data")) === "os" ? "OperatingSystem" : "Data",
      vhdId: diskId,
      diskId,
      vhdName: name,
      sourceFormat: disk?.format ?? null,
      targetFormat: "vhd-fixed",
      maxSizeMB: String(Math.ceil((disk?.virtualSizeBytes ?? 0) / MIB)),
      targetDiskLocation: item.target.storageAccount,
      targetDiskName: `${item.target.machineName}-${name.replace(/\.[^.]+$/, "")}`,
      lunId: String(index),
    };
  });
}

export function recoveryPointArmId(
  vault: Vault,
  fabric: Fabric,
  item: Pick<ProtectedItem, "name">,
  pointId: string,
): string {
  return `${protectedItemArmId(vault, fabric, item)}/recoveryPoints/${encodeURIComponent(pointId)}`;
}

export function presentRecoveryPoint(
  vault: Vault,
  fabric: Fabric,
  item: Pick<ProtectedItem, "name">,
  { point, isShared }: RecoveryPointView,
): RecoveryPointResource {
  const { quiesceProblem, group } = point;
  const { orders, sourceBytesRead, changedBytes, storedBytes, final, fromReplica = false, disks } = point;
  return {
    id: recoveryPointArmId(vault, fabric, item, point.id),
    name: point.id,
    type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectedItems/recoveryPoints",
    properties: {
      recoveryPointTime: point.at,
      recoveryPointType: point.kind,
      providerSpecificDetails: {
        instanceType: providerOf(fabric.kind),
        orders: orders && { ...orders },
        sourceBytesRead,
        changedBytes,
        storedBytes,
        final,
        fromReplica,
        disks: disks.map((disk) => ({ ...disk })),
        quiesceProblem: quiesceProblem && { ...quiesceProblem },
        isMultiVmSyncPoint: isShared,
        multiVmGroupName: group?.name ?? null,
        multiVmStamp: group?.stamp ?? null,
        multiVmProblem: group?.problem ? { ...group.problem } : null,
      },
    },
  };
}

/** `fits`: sizes that have what the source has; others are listed with the reason why not, as the service does. */
export function presentTargetSize(
  vault: Vault,
  fabric: Fabric,
  item: Pick<ProtectedItem, "name">,
  size: MachineSize,
  fits: boolean,
): TargetComputeSizeResource {
  const message = "The size has fewer cores, less memory or fewer data disks than the source machine.";
  return {
    id: `${protectedItemArmId(vault, fabric, item)}/targetComputeSizes/${size.name}`,
    name: size.name,
    type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectedItems/targetComputeSizes",
    properties: {
      ...size,
      friendlyName: size.name,
      vCPUsAvailable: size.cpuCoresCount,
      errors: fits ? [] : [{ message, severity: "Warning" }],
      highIopsSupported: "false",
      hyperVGenerations: ["V1"],
    },
  };
}

export function recoveryPlanArmId(vault: Vault, plan: { readonly name: string }): string {
  return siteRecoveryArmId(vault, "replicationRecoveryPlans", plan.name);
}
