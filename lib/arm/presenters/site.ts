import { clockTime } from "@/lib/domain/clock-time";
import { siteRecoveryArmId } from "@/lib/contract/arm-id";
import type { ContainerResource, FabricResource, ProviderResource } from "@/lib/contract/fabrics";
import type { HealthError } from "@/lib/contract/health-error";
import type { Fabric, Provider, Vault } from "@/lib/domain/entities";
import { containerName } from "@/lib/domain/names";
import { presentHealthError } from "./health-error";

export interface FabricFacts {
  readonly vault: Vault;
  readonly fabric: Fabric;
  readonly hosts: readonly { readonly provider: Provider; readonly connected: boolean; readonly itemCount: number }[];
  readonly paired: boolean;
}
type HostFacts = FabricFacts["hosts"][number];

const noEncryption = { kekState: "None", kekCertThumbprint: null, kekCertExpiryDate: null } as const;

export function presentFabric({ vault, fabric, hosts }: FabricFacts): FabricResource {
  const errors = hosts.flatMap((host) => hostErrors(host));
  const allSilent = hosts.length > 0 && hosts.every((host) => !host.connected);
  return {
    id: siteRecoveryArmId(vault, "replicationFabrics", fabric.name),
    name: fabric.name,
    type: "Microsoft.RecoveryServices/vaults/replicationFabrics",
    properties: {
      friendlyName: fabric.name,
      encryptionDetails: noEncryption,
      rolloverEncryptionDetails: noEncryption,
      internalIdentifier: fabric.internalIdentifier,
      bcdrState: "Valid",
      customDetails: fabric.kind === "VMware" ? presentVMware(hosts) : presentHyperV(hosts),
      healthErrorDetails: errors,
      health: allSilent ? "Critical" : errors.length > 0 ? "Warning" : "Normal",
    },
  };
}

type Details = FabricResource["properties"]["customDetails"];

function presentHyperV(hosts: readonly HostFacts[]): Details {
  return {
    instanceType: "HyperVSite",
    hyperVHosts: hosts.map(({ provider }) => ({
      id: provider.id,
      name: provider.hostName,
      marsAgentVersion: provider.version,
    })),
  };
}

/** Configuration server and process server are one process here, so each registered one is shown as both. */
function presentVMware(hosts: readonly HostFacts[]): Details {
  const [first] = hosts;
  return {
    instanceType: "VMware",
    processServers: hosts.map(({ provider, itemCount }) => ({
      id: provider.id,
      friendlyName: provider.hostName,
      agentVersion: provider.version,
      lastHeartbeat: provider.lastHeartbeatAt,
      machineCount: String(itemCount),
    })),
    masterTargetServers: [],
    runAsAccounts: [],
    processServerCount: String(hosts.length),
    protectedServers: String(hosts.reduce((sum, { itemCount }) => sum + itemCount, 0)),
    hostName: first?.provider.hostName ?? null,
    agentVersion: first?.provider.version ?? null,
    lastHeartbeat: first?.provider.lastHeartbeatAt ?? null,
  };
}

export function presentProvider(vault: Vault, fabric: Fabric, host: HostFacts): ProviderResource {
  const { provider } = host;
  return {
    id: siteRecoveryArmId(
      vault,
      ...["replicationFabrics", fabric.name],
      ...["replicationRecoveryServicesProviders", provider.name],
    ),
    name: provider.name,
    type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationRecoveryServicesProviders",
    properties: {
      fabricType: fabric.kind,
      friendlyName: provider.hostName,
      fabricFriendlyName: fabric.name,
      providerVersion: provider.version,
      serverVersion: "",
      providerVersionState: "Latest",
      providerVersionExpiryDate: null,
      lastHeartBeat: provider.lastHeartbeatAt,
      connectionStatus: host.connected ? "Connected" : "Disconnected",
      protectedItemCount: host.itemCount,
      allowedScenarios: ["RefreshDra", "UnregisterDra", "EnableDr", "DisableDr"],
      healthErrorDetails: hostErrors(host),
      draIdentifier: provider.id,
      machineId: provider.id,
      machineName: provider.hostName,
      registeredAt: provider.registeredAt,
    },
  };
}

export function presentContainer({ vault, fabric, hosts, paired }: FabricFacts): ContainerResource {
  const name = containerName(fabric);
  return {
    id: siteRecoveryArmId(vault, "replicationFabrics", fabric.name, "replicationProtectionContainers", name),
    name,
    type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers",
    properties: {
      fabricFriendlyName: fabric.name,
      friendlyName: fabric.name,
      fabricType: fabric.kind,
      protectedItemCount: hosts.reduce((sum, host) => sum + host.itemCount, 0),
      pairingStatus: paired ? "Paired" : "NotPaired",
      role: paired ? "Primary" : "",
      fabricSpecificDetails: null,
    },
  };
}

function hostErrors({ provider, connected }: HostFacts): HealthError[] {
  if (connected) return [];
  const heard =
    provider.lastHeartbeatAt === null
      ? "has never been heard from"
      : `was last heard at ${clockTime(provider.lastHeartbeatAt)}`;
  return [
    presentHealthError(
      {
        code: "ProviderNotConnected",
        message: `The host ${provider.hostName} ${heard}.`,
        possibleCauses: "The host or its Provider is down, or it cannot reach this vault's TLS endpoint.",
        recommendedAction:
          "Start the host and its Provider. Replication goes on by itself once the host is heard again.",
      },
      {
        errorId: "ProviderNotConnected",
        entityId: provider.id,
        at: provider.lastHeartbeatAt ?? provider.registeredAt,
        category: "FabricInfrastructure",
      },
    ),
  ];
}
