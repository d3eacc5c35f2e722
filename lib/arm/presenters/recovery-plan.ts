import { MICROSOFT_AZURE } from "@/lib/contract/arm-id";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import type { RecoveryPlanGroup } from "@/lib/domain/entities";
import { providerOf } from "@/lib/domain/replication-provider";
import { withServiceGroups } from "@/lib/domain/recovery-plan-rules";
import type { RecoveryPlanView } from "@/lib/operations/read-recovery-plan";
import { fabricArmId, protectedItemArmId } from "../site-recovery-ids";
import { presentAction } from "./plan-action";
import { presentScenario, recoveryPlanArmId } from "./protected-item";

type Group = RecoveryPlanResource["properties"]["groups"][number];

export function presentRecoveryPlan(view: RecoveryPlanView): RecoveryPlanResource {
  const { vault, plan, fabric, job } = view;
  const scenario =
    job === null ? null : { scenarioName: job.scenarioName, jobId: job.id, startedAt: job.startedAt ?? job.createdAt };
  return {
    id: recoveryPlanArmId(vault, plan),
    name: plan.name,
    type: "Microsoft.RecoveryServices/vaults/replicationRecoveryPlans",
    location: vault.location,
    properties: {
      friendlyName: plan.name,
      primaryFabricId: fabricArmId(vault, { name: fabric?.name ?? plan.fabricId }),
      primaryFabricFriendlyName: fabric?.name ?? "",
      recoveryFabricId: MICROSOFT_AZURE,
      recoveryFabricFriendlyName: MICROSOFT_AZURE,
      failoverDeploymentModel: "ResourceManager",
      replicationProviders: [providerOf(fabric?.kind ?? "HyperVSite")],
      allowedOperations: [...view.allowedOperations],
      lastPlannedFailoverTime: plan.lastPlannedFailoverAt,
      lastUnplannedFailoverTime: plan.lastUnplannedFailoverAt,
      lastTestFailoverTime: plan.lastTestFailoverAt,
      currentScenario: presentScenario(vault, scenario),
      currentScenarioStatus: job?.state ?? null,
      currentScenarioStatusDescription: job?.stateDescription ?? null,
      groups: withServiceGroups(plan.groups).map((group) => presentGroup(view, group)),
      providerSpecificDetails: [],
      planHash: view.hash,
      tested: presentTested(view),
      notAllowed: Object.fromEntries(
        view.notAllowed.map(({ operation, why: { message, recommendedAction } }) => [
          operation,
          { message, recommendedAction },
        ]),
      ),
    },
  };
}

function presentTested({ plan, hash }: RecoveryPlanView): RecoveryPlanResource["properties"]["tested"] {
  const { testedAt: at, testedHash } = plan;
  return at && testedHash ? { at, planHash: testedHash, isCurrent: testedHash === hash } : null;
}

function presentGroup({ vault, fabric, items }: RecoveryPlanView, group: RecoveryPlanGroup): Group {
  return {
    groupType: group.type,
    replicationProtectedItems: group.protectedItemIds.flatMap((id) => {
      const item = items.get(id);
      return item && fabric ? [{ id: protectedItemArmId(vault, fabric, item), virtualMachineId: item.machineId }] : [];
    }),
    startGroupActions: group.startActions.map((action) => presentAction(vault, action)),
    endGroupActions: group.endActions.map((action) => presentAction(vault, action)),
  };
}
