import type { Method } from "@/lib/client/arm-client";
import { api } from "@/lib/client/paths";
import type { MachinePointWire, PlanValidationBody } from "@/lib/contract/plan-validation";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import type { ReplicationProvider } from "@/lib/domain/replication-provider";
import type { PlanGroup } from "./plan-draft";

/** A verb of the API on a recovery plan, ready to be sent. Plans take `providerSpecificDetails` as a list. */
export interface PlanRequest {
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

/** Multi-VM: machines of a consistency group from the newest point that the group shares. */
export type PointType =
  "Latest" | "LatestProcessed" | "LatestApplicationConsistent" | "LatestMultiVmConsistent" | "Custom";

export interface PlanPoint {
  readonly type: PointType;
  /** Of single machines; machines that are not among them follow `Latest processed`. Empty unless custom. */
  readonly custom: readonly MachinePointWire[];
}

export const LATEST_POINT: PlanPoint = { type: "Latest", custom: [] };
/** Nothing chosen yet. */
export const CUSTOM_POINT: PlanPoint = { type: "Custom", custom: [] };

/** Of a failback: first while the machines in Azure run, or all while nothing runs. */
export type DataSync = "ForDownTime" | "ForSynchronization";

/** Null: not connected. */
type NetworkId = string | null;

export interface PlanChoice {
  readonly failoverType: "TestFailover" | "PlannedFailover" | "UnplannedFailover";
  readonly direction: "PrimaryToRecovery" | "RecoveryToPrimary";
  readonly networkId: NetworkId;
  readonly point: PlanPoint;
  readonly shutDownSource: boolean;
}

const forward = { failoverDirection: "PrimaryToRecovery" } as const;
const provider = (plan: RunTarget, point?: PlanPoint) => ({
  providerSpecificDetails: [
    { instanceType: providerOfPlan(plan), ...(point === undefined ? {} : pointOptions(point)) },
  ],
});

/** What of a plan the request of a run needs. */
export type RunTarget = Pick<RecoveryPlanResource, "name"> & {
  readonly properties: Pick<RecoveryPlanResource["properties"], "replicationProviders">;
};

/** The machines of a plan are of one site, hence of one provider. */
export const providerOfPlan = ({ properties }: RunTarget): ReplicationProvider =>
  properties.replicationProviders[0] === "InMageAzureV2" ? "InMageAzureV2" : "HyperVReplicaAzure";

/** As the bodies of runs and of validation have them. */
function pointOptions({ type, custom }: PlanPoint) {
  switch (type) {
    case "LatestMultiVmConsistent":
      return { recoveryPointType: "LatestProcessed", multiVmSyncPointOption: "UseMultiVmSyncRecoveryPoint" } as const;
    case "Custom":
      return { recoveryPointType: "LatestProcessed" as const, recoveryPoints: [...custom] };
    default:
      return { recoveryPointType: type } as const;
  }
}

const networkOptions = (networkId: NetworkId) =>
  networkId === null
    ? ({ networkType: "NoNetworkAttachAsInput" } as const)
    : ({ networkType: "VmNetworkAsInput", networkId } as const);

/** For the validation of a run that is not started. */
export function validationBody(choice: PlanChoice): PlanValidationBody {
  const { failoverType, direction: failoverDirection } = choice;
  const isForward = failoverDirection === "PrimaryToRecovery";
  return {
    properties: {
      failoverType,
      failoverDirection,
      ...(failoverType === "TestFailover" ? networkOptions(choice.networkId) : {}),
      ...(isForward && failoverType !== "PlannedFailover" ? pointOptions(choice.point) : {}),
      ...(failoverType === "UnplannedFailover" ? sourceOptions(choice.shutDownSource) : {}),
    },
  };
}

const sourceOptions = (shutDownSource: boolean) =>
  ({ sourceSiteOperations: shutDownSource ? "Required" : "NotRequired" }) as const;

export interface UnplannedChoice {
  readonly shutDownSource: boolean;
  readonly point: PlanPoint;
  readonly startInstantly: boolean;
  /** ISO 8601; null or left out: with the request. */
  readonly outageDeclaredAt?: string | null;
}

export const planRequests = {
  create: (vault: string, name: string, primaryFabricId: string, groups: readonly PlanGroup[]): PlanRequest => ({
    method: "PUT",
    path: api.recoveryPlan(vault, name),
    body: {
      properties: {
        primaryFabricId,
        recoveryFabricId: "Microsoft Azure",
        failoverDeploymentModel: "ResourceManager",
        groups,
      },
    },
  }),
  update: (vault: string, plan: string, groups: readonly PlanGroup[]): PlanRequest => ({
    method: "PATCH",
    path: api.recoveryPlan(vault, plan),
    body: { properties: { groups } },
  }),
  remove: (vault: string, plan: string): PlanRequest => ({ method: "DELETE", path: api.recoveryPlan(vault, plan) }),
  clone: (vault: string, plan: string, name: string): PlanRequest => ({
    method: "POST",
    path: api.recoveryPlanOwn(vault, plan, "clone"),
    body: { properties: { name } },
  }),
  applyDocument: (vault: string, yaml: string, dryRun: boolean): PlanRequest => ({
    method: "POST",
    path: api.applyPlanDocument(vault),
    body: { properties: { yaml, dryRun } },
  }),
  settings: (vault: string, planGroupsMax: number): PlanRequest => ({
    method: "PUT",
    path: api.planSettings(vault),
    body: { properties: { planGroupsMax } },
  }),
  test: (vault: string, plan: RunTarget, networkId: NetworkId, point: PlanPoint) =>
    post(vault, plan.name, "testFailover", { ...forward, ...networkOptions(networkId), ...provider(plan, point) }),
  cleanup: (vault: string, plan: string, comments: string) => post(vault, plan, "testFailoverCleanup", { comments }),
  planned: (vault: string, plan: RunTarget, choice: { startInstantly: boolean }) =>
    post(vault, plan.name, "plannedFailover", { ...forward, ...choice, ...provider(plan) }),
  unplanned: (vault: string, plan: RunTarget, choice: UnplannedChoice) =>
    post(vault, plan.name, "unplannedFailover", {
      ...forward,
      startInstantly: choice.startInstantly,
      ...(choice.outageDeclaredAt ? { outageDeclaredAt: choice.outageDeclaredAt } : {}),
      ...sourceOptions(choice.shutDownSource),
      ...provider(plan, choice.point),
    }),
  changePoint: (vault: string, plan: string, point: PlanPoint): PlanRequest => ({
    method: "POST",
    path: api.recoveryPlanOwn(vault, plan, "applyRecoveryPoint"),
    body: { properties: pointOptions(point) },
  }),
  completeMigration: (vault: string, plan: string): PlanRequest => ({
    method: "POST",
    path: api.recoveryPlanOwn(vault, plan, "completeMigration"),
  }),
  commit: (vault: string, plan: string) => post(vault, plan, "failoverCommit"),
  cancel: (vault: string, plan: string) => post(vault, plan, "failoverCancel"),
  /** A planned failover in the other direction; of one type for machines of both kinds. */
  failback: (vault: string, plan: string, choice: { dataSync: DataSync; createMachine: boolean }) =>
    post(vault, plan, "plannedFailover", {
      failoverDirection: "RecoveryToPrimary",
      providerSpecificDetails: [
        {
          instanceType: "HyperVReplicaAzureFailback",
          dataSyncOption: choice.dataSync,
          recoveryVmCreationOption: choice.createMachine ? "CreateVmIfNotFound" : "NoAction",
        },
      ],
    }),
  reverseReplicate: (vault: string, plan: string) => post(vault, plan, "reProtect"),
};

function post(
  vault: string,
  plan: string,
  action: string,
  properties?: Readonly<Record<string, unknown>>,
): PlanRequest {
  const path = api.recoveryPlanAction(vault, plan, action);
  return properties === undefined ? { method: "POST", path } : { method: "POST", path, body: { properties } };
}
