import type { ProtectedItem } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { changeItem } from "../../change-protected-item";
import { recordRemoval, runsOf } from "../../run-evidence";
import type { FailoverStep } from "../failover-run";
import { remainsOf, removeDeployed } from "../replica";
import { placeOf, withPlace } from "./failback-target";

/**
 * The failback becomes final: the machine in Azure goes, with its disks, which a look must prove; the item belongs to the host
 * that runs the machine now. The state last: until then it can be committed again.
 */
export async function commitFailback(step: FailoverStep, item: ProtectedItem): Promise<StepOutcome> {
  const { services: context } = step;
  const machines = await context.repositories.deployedMachines.listByItem(item.id);
  for (const machine of machines) await removeDeployed(context, item, machine);
  const remaining = (await Promise.all(machines.map((machine) => remainsOf(context, machine)))).flat();
  // A repeated step finds the machine gone; its run still names it.
  const last = runsOf(item).find(({ kind }) => kind === "Failback")?.machineId ?? null;
  const ids = [...machines.map(({ id }) => id), ...(last === null ? [] : [last])];
  await recordRemoval(context, item.id, ids, remaining);
  const { providerId, fabricId, machineId } = placeOf(item);
  await changeItem(context, item.id, (now) => ({
    ...{ providerId, fabricId, machineId },
    state: "PlannedFailoverStatesBegin",
    failoverRecoveryPointId: null,
    evidence: withPlace(now, null),
  }));
  return { details: { removed: machines.map(({ name }) => name), remainingResources: remaining } };
}
