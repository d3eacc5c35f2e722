import { clockTime } from "@/lib/domain/clock-time";
import { siteRecoveryArmId } from "@/lib/contract/arm-id";
import type { EventResource, VaultHealthResource } from "@/lib/contract/monitoring";
import type { ReplicationUsage, VaultUsage } from "@/lib/contract/vaults";
import type { Vault, VaultEvent } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { VaultHealth } from "@/lib/operations/read-vault-health";

export function presentEvent(vault: Vault, event: VaultEvent, job: Job | null): EventResource {
  return {
    id: siteRecoveryArmId(vault, "replicationEvents", event.id),
    name: event.id,
    type: "Microsoft.RecoveryServices/vaults/replicationEvents",
    properties: {
      eventCode: event.id,
      description: event.description,
      eventType: event.type,
      affectedObjectFriendlyName: event.affectedObject,
      affectedObjectCorrelationId: job?.targetId ?? "",
      severity: event.severity,
      timeOfOccurrence: event.at,
      fabricId: null,
      providerSpecificDetails: null,
      eventSpecificDetails: job && {
        instanceType: "JobStatus",
        jobId: siteRecoveryArmId(vault, "replicationJobs", job.id),
        jobFriendlyName: job.friendlyName,
        jobStatus: job.state,
        affectedObjectType: job.targetType,
      },
      healthErrors: [],
    },
  };
}

export function presentVaultHealth(vault: Vault, health: VaultHealth): VaultHealthResource {
  const none = { severity: "Error" as const, affectedResourceSubtype: "" };
  return {
    id: siteRecoveryArmId(vault, "replicationVaultHealth", "Default"),
    name: "Default",
    type: "Microsoft.RecoveryServices/vaults/replicationVaultHealth",
    properties: {
      vaultErrors: [],
      protectedItemsHealth: {
        resourceCount: health.items.count,
        issues: health.items.unhealthy.map((item) => ({
          ...none,
          summaryCode: item.replicationError?.code ?? "",
          category: "Replication",
          summaryMessage: `${item.machineName}: ${item.replicationError?.message ?? ""}`,
          affectedResourceType: "replicationProtectedItems",
          affectedResourceCorrelationIds: [item.id],
        })),
      },
      fabricsHealth: {
        resourceCount: health.fabrics.length,
        issues: health.silentHosts.map((host) => ({
          ...none,
          summaryCode: "ProviderNotConnected",
          category: "FabricInfrastructure",
          summaryMessage: `No heartbeat of ${host.hostName} since ${host.lastHeartbeatAt ? clockTime(host.lastHeartbeatAt) : "its registration"}.`,
          affectedResourceType: "replicationRecoveryServicesProviders",
          affectedResourceCorrelationIds: [host.id],
        })),
      },
      containersHealth: { resourceCount: health.fabrics.length, issues: [] },
    },
  };
}

export function presentReplicationUsage(health: VaultHealth): ReplicationUsage {
  return {
    monitoringSummary: {
      unHealthyVmCount: health.items.unhealthy.length,
      unHealthyProviderCount: health.silentHosts.length,
      eventsCount: health.eventCount,
      deprecatedProviderCount: 0,
      supportedProviderCount: health.hostCount,
      unsupportedProviderCount: 0,
    },
    jobsSummary: {
      failedJobs: health.jobs.failed,
      suspendedJobs: health.jobs.suspended,
      inProgressJobs: health.jobs.inProgress,
    },
    protectedItemCount: health.items.count,
    recoveryPlanCount: health.planCount,
    registeredServersCount: health.hostCount,
    // Client certificates of the vault's own authority; the service's numbers stand for ACS and Azure AD.
    recoveryServicesProviderAuthType: 0,
  };
}

export function presentVaultUsages(health: VaultHealth, storedBytes: number): VaultUsage[] {
  const usage = (
    value: string,
    localizedValue: string,
    unit: VaultUsage["unit"],
    currentValue: number,
  ): VaultUsage => ({
    unit,
    quotaPeriod: "",
    nextResetTime: null,
    currentValue,
    limit: -1,
    name: { value, localizedValue },
  });
  return [
    usage("ProtectedItemsCount", "Protected machines", "Count", health.items.count),
    usage("RegisteredServersCount", "Registered servers", "Count", health.hostCount),
    usage("StoredBytes", "Bytes in the vault's store", "Bytes", storedBytes),
  ];
}
