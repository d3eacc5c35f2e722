import { api, apiVersions, resourceIds } from "@/lib/client/paths";
import type { ProtectableItemResource } from "@/lib/contract/fabrics";
import type { EnableProtectionBody } from "@/lib/contract/protected-items";
import type { ReplicationProvider } from "@/lib/domain/replication-provider";
import { sizesFor } from "@/lib/domain/sizes";
import { machineDetails } from "./machine-details";

/** A discovered machine as the panel offers it. */
export interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly machineId: string;
  readonly provider: ReplicationProvider;
  readonly osType: string;
  /** The system and, of a Hyper-V machine, its generation: as the list shows it. */
  readonly system: string;
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
  const { provider, machineId, osType, generation, disks } = machineDetails(item);
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
    machineId,
    provider,
    osType,
    system: generation === null ? osType : `${osType}, generation ${generation}`,
    disks: disks.map((disk) => ({
      id: disk.id,
      name: disk.name,
      isSystem: disk.role === "OperatingSystem",
      sizeBytes: disk.sizeMB * MEBIBYTE,
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

type EnableInput = EnableProtectionBody["properties"]["providerSpecificDetails"];

/** The request that protects one machine (api-version 2023-06-01), in the words of its provider. */
export function enableRequest(
  containerId: string,
  candidate: Candidate,
  settings: MachineSettings,
  group: { readonly policyId: string; readonly storageAccountId: string | null },
) {
  const ofProvider = candidate.provider === "InMageAzureV2" ? vmwareInput : hyperVInput;
  return {
    method: "PUT" as const,
    path: api.ofId(containerId, apiVersions.siteRecovery, "replicationProtectedItems", candidate.name),
    body: {
      properties: {
        policyId: group.policyId,
        protectableItemId: candidate.id,
        providerSpecificDetails: {
          ...ofProvider(candidate, settings, group.storageAccountId),
          ...targetInput(settings),
        },
      },
    },
  };
}

/** What both providers call alike. */
function targetInput({ targetName, size, networkName, subnetName }: MachineSettings) {
  const networkId = networkName === null ? null : resourceIds.virtualNetwork(networkName);
  return {
    targetAzureVmName: targetName.trim(),
    ...(size === "" ? {} : { targetVmSize: size }),
    ...(networkId === null ? {} : { targetAzureNetworkId: networkId }),
    ...(networkId === null || subnetName === null ? {} : { targetAzureSubnetId: subnetName }),
  };
}

function hyperVInput(candidate: Candidate, settings: MachineSettings, account: string | null): EnableInput {
  const system = candidate.disks.find((disk) => disk.isSystem) ?? candidate.disks[0];
  return {
    instanceType: "HyperVReplicaAzure",
    hvHostVmId: candidate.machineId,
    vmName: candidate.title,
    osType: candidate.osType,
    ...(system === undefined ? {} : { vhdId: system.id }),
    disksToInclude: chosenDiskIds(candidate, settings),
    ...(account === null ? {} : { targetStorageAccountId: account }),
  };
}

function vmwareInput(candidate: Candidate, settings: MachineSettings, account: string | null): EnableInput {
  return {
    instanceType: "InMageAzureV2",
    disksToInclude: chosenDiskIds(candidate, settings).map((diskId) => ({ diskId })),
    ...(account === null ? {} : { storageAccountId: account }),
  };
}

/** In the order of the machine, whatever the order of ticking was. */
const chosenDiskIds = (candidate: Candidate, settings: MachineSettings) =>
  candidate.disks.filter((disk) => settings.diskIds.includes(disk.id)).map((disk) => disk.id);
