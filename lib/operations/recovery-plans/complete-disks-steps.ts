import type { StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { completeFailoverDisks } from "../failover/make-and-start";
import { machineRun, takingPart, type PlanRun } from "./plan-run";

export const COMPLETE_GROUP = "All groups: complete disks";

/**
 * The end of a run that started its machines instantly: their disks are completed and proven behind them, all at the same time.
 * They are the machines by then, so that this can only be finished; one that cannot be completed does not keep the others.
 */
export function completeDisksSteps(run: PlanRun, taskType: string): readonly StepDefinition<OperationContext>[] {
  if (run.kind === "TestFailover" || run.startInstantly !== true) return [];
  return takingPart(run).map((machine) => ({
    name: "VmFoCompleteDisks",
    friendlyName: `Complete and verify the disks of ${machine.machineName} behind the running machine`,
    taskType,
    groupName: COMPLETE_GROUP,
    lane: "complete",
    irrevocable: true,
    continueOnFailure: true,
    run: (step) => completeFailoverDisks(step, machineRun(run, machine)),
  }));
}
