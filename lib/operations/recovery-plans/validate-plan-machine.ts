import type { ProtectedItem, RecoveryPoint, Vault } from "@/lib/domain/entities";
import { sameName } from "@/lib/domain/names";
import { Refusal, type Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { newestOfKind, requirePoint } from "../failover/choose-recovery-point";
import { replicaName } from "../failover/failover-run";
import { sizeProblem } from "../failover/size-problem";
import { settledPoints } from "./plan-points";
import type { PlanRequest } from "./run-recovery-plan";

export interface Finding extends Explanation {
  readonly severity: "Error" | "Warning";
}
export const error = (explanation: Explanation): Finding => ({ severity: "Error", ...explanation });
export const warning = (explanation: Explanation): Finding => ({ severity: "Warning", ...explanation });

/** What stands in the way of one machine beside its state, and the point that the run would take now. Reads only. */
export async function machineFindings(
  context: OperationContext,
  vault: Vault,
  item: ProtectedItem,
  request: PlanRequest,
  ofPlan: readonly ProtectedItem[],
): Promise<{ readonly point: { readonly id: string; readonly at: string } | null; readonly findings: Finding[] }> {
  const chosen = await pointOf(context, item, request);
  const findings = [
    ...chosen.findings,
    ...siteFindings(context, item, request),
    ...(await networkFindings(context, vault, item, request)),
    ...(await nameFindings(context, vault, item, request, ofPlan)),
    ...(await sizeFindings(context, item)),
  ];
  return { point: chosen.point, findings };
}

async function pointOf(context: OperationContext, item: ProtectedItem, request: PlanRequest) {
  // Its final data are cut when the source is off; there is no point to name yet.
  if (request.kind === "PlannedFailover") return { point: null, findings: [] };
  const custom = request.points?.get(item.id);
  try {
    const points = custom === undefined ? new Map<string, string>() : new Map([[item.id, custom]]);
    const { useSharedPoints = false } = request;
    const settled = (await settledPoints(context, [item], { useSharedPoints, points })).get(item.id);
    if (settled === undefined) await requirePoint(context, item, request.point);
    const point = await presentPoint(context, item, request, settled);
    return { point: point && { id: point.id, at: point.at }, findings: [] };
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    return { point: null, findings: [error(problem.explanation)] };
  }
}

async function presentPoint(
  context: OperationContext,
  item: ProtectedItem,
  request: PlanRequest,
  settled: string | undefined,
): Promise<RecoveryPoint | null> {
  const { recoveryPoints } = context.repositories;
  if (settled !== undefined) return recoveryPoints.get(settled);
  switch (request.point.type) {
    case "LatestApplicationConsistent":
      return newestOfKind(context, item, "ApplicationConsistent");
    case "LatestCrashConsistent":
      return newestOfKind(context, item, "CrashConsistent");
    default:
      return recoveryPoints.newest(item.id);
  }
}

function siteFindings(context: OperationContext, item: ProtectedItem, request: PlanRequest): Finding[] {
  if (context.sites.isConnected(item.providerId)) return [];
  const message = `The site of ${item.machineName} is not connected`;
  const possibleCauses = "The host, its agent or the connection is down.";
  if (request.kind === "PlannedFailover") {
    return [
      error({
        code: "SiteNotConnected",
        message: `${message}, so its machine cannot be shut down and its last data cannot be sent.`,
        possibleCauses,
        recommendedAction: "Bring the site back, or use an unplanned failover, which works without it.",
      }),
    ];
  }
  if (request.point.type !== "Latest" && !request.shutDownSource) return [];
  return [
    warning({
      code: "LatestDataNotSent",
      message: `${message}: its latest data cannot be sent, nor its machine be shut down.`,
      possibleCauses,
      recommendedAction:
        "The newest recovery point that has arrived is used. Bring the site back if that is not enough.",
    }),
  ];
}

/** Of a failover: the machine's own network. That of a test is the plan's. */
async function networkFindings(
  context: OperationContext,
  vault: Vault,
  item: ProtectedItem,
  request: PlanRequest,
): Promise<Finding[]> {
  const { networkName, subnetName } = item.target;
  if (request.kind === "TestFailover" || networkName === null) return [];
  const network = await context.repositories.virtualNetworks.find(vault, networkName);
  const recommendedAction = `Choose a network and a subnet that exist for ${item.machineName} under Compute and network.`;
  if (!network) {
    const message = `The virtual network ${networkName} for ${item.machineName} does not exist.`;
    const possibleCauses = "The network was deleted after it had been chosen.";
    return [error({ code: "NetworkNotFound", message, possibleCauses, recommendedAction })];
  }
  if (subnetName === null || network.subnets.some((subnet) => sameName(subnet.name, subnetName))) return [];
  const message = `The network ${networkName} has no subnet ${subnetName}, which ${item.machineName} is to use.`;
  const possibleCauses = "The subnet was renamed or deleted after it had been chosen.";
  return [warning({ code: "SubnetNotFound", message, possibleCauses, recommendedAction })];
}

async function nameFindings(
  context: OperationContext,
  vault: Vault,
  item: ProtectedItem,
  request: PlanRequest,
  ofPlan: readonly ProtectedItem[],
): Promise<Finding[]> {
  const name = replicaName(item, request);
  const machines = await context.repositories.deployedMachines.listByScope(vault);
  const taken = machines.some((one) => sameName(one.name, name) && one.protectedItemId !== item.id);
  const twin = ofPlan.find((other) => other.id !== item.id && sameName(replicaName(other, request), name));
  if (!taken && !twin) return [];
  return [
    error({
      code: "TargetNameTaken",
      message: twin
        ? `${item.machineName} and ${twin.machineName} would both become ${name}.`
        : `A virtual machine named ${name} exists in the resource group ${vault.resourceGroup} already; it is not of ${item.machineName}.`,
      possibleCauses: "Two protected machines have the same target name.",
      recommendedAction: "Give one of the machines another target name.",
    }),
  ];
}

async function sizeFindings(context: OperationContext, item: ProtectedItem): Promise<Finding[]> {
  const problem = await sizeProblem(context, item);
  return problem === null ? [] : [error(problem)];
}
