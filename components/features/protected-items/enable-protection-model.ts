import { api, apiVersions, resourceIds } from "@/lib/client/paths";
import type { ProtectableItemResource } from "@/lib/contract/fabrics";
import { sizesFor } from "@/lib/domain/sizes";

/** A discovered machine as the panel offers it. */
export interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly machineId: string;
  readonly generation: string;
  readonly osType: string;
  readonly memoryBytes: number;
  readonly cpuCount: number;
  readonly disks: readonly CandidateDisk[];
  readonly availability: "ready" | "protected" | "notProtectable";
  readonly problems: readonly Problem[];
}

export interface CandidateDisk {
  readonly id: string;
  readonly name: string;
  readonly isSystem: boolean;
  readonly sizeBytes: number;
}

/** A rule that the machine breaks, or something to know about it: what, why, and what to do. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
  /** Errors stop protection; warnings do not. */
  readonly severity: "error" | "warning";
}

const MEBIBYTE = 1024 * 1024;

export function toCandidate(item: ProtectableItemResource): Candidate {
  const { properties } = item;
  const details = properties.customDetails;
  const problems = properties.healthErrors.map((error) => ({
    code: error.errorId || error.errorCode,
    message: error.errorMessage,
    possibleCauses: error.possibleCauses,
    recommendedAction: error.recommendedAction,
    severity: error.errorLevel === "Warning" ? ("warning" as const) : ("error" as const),
  }));
  const isBroken = properties.protectionReadinessErrors.length > 0 || problems.some((one) => one.severity === "error");
  return {
    id: item.id,
    name: item.name,
    title: properties.friendlyName,
    machineId: details.sourceItemId,
    generation: details.generation,
    osType: details.osDetails.osType,
    disks: details.diskDetails.map((disk) => ({
      id: disk.vhdId,
      name: disk.vhdName,
      isSystem: disk.vhdType === "OperatingSystem",
      sizeBytes: disk.maxSizeMB * MEBIBYTE,
    })),
    memoryBytes: properties.machine.memoryBytes,
    cpuCount: properties.machine.cpuCount,
    availability: properties.protectionStatus === "Protected" ? "protected" : isBroken ? "notProtectable" : "ready",
    problems,
  };
}

/** What a person decides about one machine. */
export interface MachineSettings {
  readonly targetName: string;
  readonly size: string;
  readonly networkName: string | null;
  readonly subnetName: string | null;
  readonly diskIds: readonly string[];
}

export interface SizeOffer {
  readonly name: string;
  readonly cpuCoresCount: number;
  readonly memoryInGB: number;
  readonly maxDataDiskCount: number;
}
export interface NetworkOffer {
  readonly name: string;
  readonly subnets: readonly { readonly name: string }[];
  readonly isIsolated: boolean;
}

/** The smallest size that has the machine's cores, memory and data disks; empty when there is none. */
export function proposeSize(candidate: Candidate, sizes: readonly SizeOffer[]): string {
  const { cpuCount, memoryBytes, disks } = candidate;
  const dataDiskCount = disks.filter((disk) => !disk.isSystem).length;
  return sizesFor({ cpuCount, memoryBytes, dataDiskCount }, sizes)[0]?.name ?? "";
}

/** All disks, and the first network that is not set aside for tests. */
export function proposeSettings(
  candidate: Candidate,
  sizes: readonly SizeOffer[],
  networks: readonly NetworkOffer[],
): MachineSettings {
  const network = networks.find((one) => !one.isIsolated) ?? networks[0];
  return {
    targetName: candidate.title,
    size: proposeSize(candidate, sizes),
    networkName: network?.name ?? null,
    subnetName: network?.subnets[0]?.name ?? null,
    diskIds: candidate.disks.map((disk) => disk.id),
  };
}

/** What a form field shows under itself; the server decides again, with the same words where it can. */
export function settingsProblems(candidate: Candidate, settings: MachineSettings): { name?: string; disks?: string } {
  const problems: { name?: string; disks?: string } = {};
  if (settings.targetName.trim() === "") problems.name = "Give the machine a name in Azure.";
  const system = candidate.disks.find((disk) => disk.isSystem);
  if (system && !settings.diskIds.includes(system.id))
    problems.disks = "The operating system disk must be replicated: a replica cannot start without it.";
  return problems;
}

/** The request that protects one machine (api-version 2023-06-01, `HyperVReplicaAzure`). */
export function enableRequest(
  containerId: string,
  candidate: Candidate,
  settings: MachineSettings,
  group: { readonly policyId: string; readonly storageAccountId: string | null },
) {
  const system = candidate.disks.find((disk) => disk.isSystem) ?? candidate.disks[0];
  const networkId = settings.networkName === null ? null : resourceIds.virtualNetwork(settings.networkName);
  return {
    method: "PUT" as const,
    path: api.ofId(containerId, apiVersions.siteRecovery, "replicationProtectedItems", candidate.name),
    body: {
      properties: {
        policyId: group.policyId,
        protectableItemId: candidate.id,
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          hvHostVmId: candidate.machineId,
          vmName: candidate.title,
          osType: candidate.osType,
          ...(system === undefined ? {} : { vhdId: system.id }),
          disksToInclude: candidate.disks.filter((disk) => settings.diskIds.includes(disk.id)).map((disk) => disk.id),
          targetAzureVmName: settings.targetName.trim(),
          ...(settings.size === "" ? {} : { targetVmSize: settings.size }),
          ...(group.storageAccountId === null ? {} : { targetStorageAccountId: group.storageAccountId }),
          ...(networkId === null ? {} : { targetAzureNetworkId: networkId }),
          ...(networkId === null || settings.subnetName === null ? {} : { targetAzureSubnetId: settings.subnetName }),
        },
      },
    },
  };
}
