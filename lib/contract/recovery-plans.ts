import { z } from "zod";
import { MachinePointWire } from "./plan-validation";
import { CurrentScenario, FailbackDetails, outageDeclaredAt, startInstantly } from "./protected-items";

/** Bodies of recovery plans (asr reference 1.3, 3.6, 9.2). Items take provider details as an object, plans as a list. */
const Direction = z.enum(["PrimaryToRecovery", "RecoveryToPrimary"]);
const optional = z.string().nullish();

/** The service's ScriptActionDetails needs a VMM server and is not known here. */
const ActionDetails = z.discriminatedUnion("instanceType", [
  z.object({
    instanceType: z.literal("ManualActionDetails"),
    description: optional,
    /** Ours: overdue after so long. */
    timeoutMinutes: z.number().int().positive().max(100_000).nullish(),
  }),
  z.object({
    instanceType: z.literal("AutomationRunbookActionDetails"),
    runbookId: z.string(),
    /** ISO 8601; the service's default is not known, ours is PT10M. */
    timeout: optional,
    fabricLocation: z.enum(["Primary", "Recovery"]).nullish(),
  }),
  /** Ours. */
  z.object({
    instanceType: z.literal("WebhookActionDetails"),
    uri: z.string(),
    /** Of the encrypted variable that holds the key of the signature. */
    secretVariableId: optional,
    timeout: optional,
  }),
]);
const FailoverTypes = z.array(
  z.enum([
    "ReverseReplicate",
    "Commit",
    "PlannedFailover",
    "UnplannedFailover",
    "DisableProtection",
    "TestFailover",
    "TestFailoverCleanup",
    "Failback",
    "FinalizeFailback",
    "CancelFailover",
    "ChangePit",
    "RepairReplication",
    "SwitchProtection",
    "CompleteMigration",
  ]),
);
export const PlanActionWire = z.object({
  actionName: z.string(),
  failoverTypes: FailoverTypes,
  failoverDirections: z.array(Direction),
  customDetails: ActionDetails,
  /** Ours. Left out: planned and test runs stop, an unplanned one goes on. */
  onFailure: z.enum(["Stop", "Continue"]).nullish(),
});
export type PlanActionWire = z.infer<typeof PlanActionWire>;
export const PlanGroupWire = z.object({
  groupType: z.enum(["Shutdown", "Boot", "Failover"]),
  replicationProtectedItems: z.array(z.object({ id: z.string(), virtualMachineId: optional })).nullish(),
  startGroupActions: z.array(PlanActionWire).nullish(),
  endGroupActions: z.array(PlanActionWire).nullish(),
});
export type PlanGroupWire = z.infer<typeof PlanGroupWire>;

export const CreatePlanBody = z.object({
  properties: z.object({
    primaryFabricId: z.string(),
    recoveryFabricId: z.string(),
    failoverDeploymentModel: z.enum(["NotApplicable", "Classic", "ResourceManager"]).nullish(),
    groups: z.array(PlanGroupWire),
  }),
});
export const UpdatePlanBody = z.object({ properties: z.object({ groups: z.array(PlanGroupWire).nullish() }) });

const instanceType = z.enum(["HyperVReplicaAzure", "InMageAzureV2"]);
const ForwardDetails = z.object({
  instanceType,
  /** The service has LatestCrashConsistent, and useMultiVmSyncPoint, for VMware machines. */
  recoveryPointType: z
    .enum(["Latest", "LatestApplicationConsistent", "LatestProcessed", "LatestCrashConsistent"])
    .nullish(),
  useMultiVmSyncPoint: z.enum(["true", "false"]).nullish(),
  /** Machines of a consistency group start from their newest shared point (the service has it for other types). */
  multiVmSyncPointOption: z.enum(["UseMultiVmSyncRecoveryPoint", "UsePerVmRecoveryPoint"]).nullish(),
  /** Ours: custom points of single machines. */
  recoveryPoints: z.array(MachinePointWire).nullish(),
});
const ProviderDetails = z.array(ForwardDetails).nullish();

/** Back to the site: failoverDirection RecoveryToPrimary with HyperVReplicaAzureFailback. */
const PlannedDetails = z.array(z.discriminatedUnion("instanceType", [ForwardDetails, FailbackDetails])).nullish();
export const PlanPlannedFailoverBody = z.object({
  properties: z.object({
    failoverDirection: Direction.nullish(),
    providerSpecificDetails: PlannedDetails,
    startInstantly,
  }),
});
export const PlanUnplannedFailoverBody = z.object({
  properties: z.object({
    outageDeclaredAt,
    failoverDirection: Direction.nullish(),
    sourceSiteOperations: z.enum(["Required", "NotRequired"]).nullish(),
    providerSpecificDetails: ProviderDetails,
    startInstantly,
  }),
});
export const PlanTestFailoverBody = z.object({
  properties: z.object({
    failoverDirection: Direction.nullish(),
    networkType: z.enum(["VmNetworkAsInput", "NoNetworkAttachAsInput"]).nullish(),
    networkId: optional,
    providerSpecificDetails: ProviderDetails,
  }),
});

/**
 * Ours, since the service changes the point of single machines only:
 * POST P/providers/Secondsite.Recovery/applyRecoveryPoint. Left out, the newest point of each machine.
 */
export const PlanChangePointBody = z.object({
  properties: z.object({
    recoveryPointType: z.enum(["LatestProcessed", "LatestApplicationConsistent"]).nullish(),
    multiVmSyncPointOption: z.enum(["UseMultiVmSyncRecoveryPoint", "UsePerVmRecoveryPoint"]).nullish(),
    recoveryPoints: z.array(MachinePointWire).nullish(),
  }),
});

export const RecoveryPlanResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.RecoveryServices/vaults/replicationRecoveryPlans"),
  location: z.string(),
  properties: z.object({
    friendlyName: z.string(),
    primaryFabricId: z.string(),
    primaryFabricFriendlyName: z.string(),
    recoveryFabricId: z.literal("Microsoft Azure"),
    recoveryFabricFriendlyName: z.literal("Microsoft Azure"),
    failoverDeploymentModel: z.literal("ResourceManager"),
    replicationProviders: z.array(z.string()),
    allowedOperations: z.array(z.string()),
    lastPlannedFailoverTime: z.string().nullable(),
    lastUnplannedFailoverTime: z.string().nullable(),
    lastTestFailoverTime: z.string().nullable(),
    currentScenario: CurrentScenario,
    currentScenarioStatus: z.string().nullable(),
    currentScenarioStatusDescription: z.string().nullable(),
    groups: z.array(
      z.object({
        groupType: z.enum(["Shutdown", "Boot", "Failover"]),
        replicationProtectedItems: z.array(z.object({ id: z.string(), virtualMachineId: z.string() })),
        startGroupActions: z.array(PlanActionWire),
        endGroupActions: z.array(PlanActionWire),
      }),
    ),
    providerSpecificDetails: z.array(z.never()),
    /** Ours from here on. SHA-256 of the groups, lower-case hex: any edit changes it. */
    planHash: z.string(),
    /** The newest successful test of all of its machines; null: never. */
    tested: z
      .object({
        at: z.string(),
        planHash: z.string(),
        /** False: not tested since it was changed. */
        isCurrent: z.boolean(),
      })
      .nullable(),
    /** Why the operations of a plan that are not in allowedOperations are not, by operation. */
    notAllowed: z.record(z.string(), z.object({ message: z.string(), recommendedAction: z.string() })),
  }),
});
export type RecoveryPlanResource = z.infer<typeof RecoveryPlanResource>;
