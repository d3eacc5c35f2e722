import type { Method } from "@/lib/client/arm-client";
import { api } from "@/lib/client/paths";
import type { PlanGroup } from "./plan-draft";

/** A verb of the API on a recovery plan, ready to be sent. Plans take `providerSpecificDetails` as a list. */
export interface PlanRequest {
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

/** The last one: machines of a consistency group from the newest point that the group shares. */
export type PointType = "Latest" | "LatestProcessed" | "LatestApplicationConsistent" | "LatestMultiVmConsistent";

const direction = { failoverDirection: "PrimaryToRecovery" } as const;
const provider = (pointType?: PointType) => ({
  providerSpecificDetails: [{ instanceType: "HyperVReplicaAzure", ...pointOptions(pointType) }],
});

function pointOptions(pointType: PointType | undefined) {
  if (pointType === undefined) return {};
  return pointType === "LatestMultiVmConsistent"
    ? { recoveryPointType: "LatestProcessed", multiVmSyncPointOption: "UseMultiVmSyncRecoveryPoint" }
    : { recoveryPointType: pointType };
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
  test: (vault: string, plan: string, networkId: string | null, pointType: PointType) =>
    post(vault, plan, "testFailover", {
      ...direction,
      ...(networkId === null
        ? { networkType: "NoNetworkAttachAsInput" }
        : { networkType: "VmNetworkAsInput", networkId }),
      ...provider(pointType),
    }),
  cleanup: (vault: string, plan: string, comments: string) => post(vault, plan, "testFailoverCleanup", { comments }),
  planned: (vault: string, plan: string) => post(vault, plan, "plannedFailover", { ...direction, ...provider() }),
  unplanned: (
    vault: string,
    plan: string,
    choice: { shutDownSource: boolean; pointType: PointType; outageDeclaredAt?: string | null },
  ) =>
    post(vault, plan, "unplannedFailover", {
      ...direction,
      ...(choice.outageDeclaredAt ? { outageDeclaredAt: choice.outageDeclaredAt } : {}),
      sourceSiteOperations: choice.shutDownSource ? "Required" : "NotRequired",
      ...provider(choice.pointType),
    }),
  commit: (vault: string, plan: string) => post(vault, plan, "failoverCommit"),
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
