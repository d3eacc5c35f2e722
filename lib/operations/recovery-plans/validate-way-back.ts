import type { ProtectedItem, RecoveryPlan } from "@/lib/domain/entities";
import { explainNotAllowed } from "@/lib/domain/protection-state";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { baseOf } from "../failover/failback/capture-replica";
import { findFailbackTarget } from "../failover/failback/failback-target";
import { standingOf } from "../hold-protected-item";
import type { PlanBackRequest } from "./fail-back-recovery-plan";
import { participantOf } from "./plan-participation";
import { backRunOf } from "./plan-run";
import { error, type Finding } from "./validate-plan-machine";

/** What stands in the way of one machine's way back, or why the run would pass it over. Reads only. */
export async function wayBackFindings(
  context: OperationContext,
  plan: RecoveryPlan,
  item: ProtectedItem,
  request: PlanBackRequest,
): Promise<{ readonly leftOut: string | null; readonly findings: readonly Finding[] }> {
  const { isElsewhere, holder } = await participantOf(context, plan, item);
  if (item.activeLocation === "Primary") return { leftOut: "The machine runs at its site.", findings: [] };
  if (isElsewhere) return { leftOut: `The recovery plan ${holder?.targetName ?? ""} holds it.`, findings: [] };
  const findings: Finding[] = [];
  const blocked = explainNotAllowed("Failback", await standingOf(context, item), item.machineName);
  if (blocked) findings.push(error(blocked));
  try {
    const base = await baseOf(context, item);
    const target = await findFailbackTarget(context, item, backRunOf(request, item.id), base.disks);
    if (!context.sites.isConnected(target.providerId)) findings.push(error(silent(item, target.provider.hostName)));
    const power = target.machine?.power ?? "off";
    if (power !== "off") findings.push(error(notOff(item, power)));
  } catch (problem) {
    if (!(problem instanceof Fault)) throw problem;
    findings.push(error(problem.explanation));
  }
  return { leftOut: null, findings };
}

function silent(item: ProtectedItem, hostName: string) {
  return {
    code: "SiteNotConnected",
    message: `The host ${hostName} does not answer, so ${item.machineName} cannot be brought back to it.`,
    possibleCauses: "The host, its agent or the connection is down.",
    recommendedAction: "Bring the host back.",
  };
}

function notOff(item: ProtectedItem, power: string) {
  return {
    code: "SourceNotOff",
    message: `${item.machineName} is ${power} at its site; its disks cannot be written.`,
    possibleCauses: "The site came back after the failover and its host started the machine, or somebody did.",
    recommendedAction: "Shut the machine down at its host. What it wrote there is replaced.",
  };
}
