import type { StepContext, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import type { PlanMachine } from "./plan-run";
import { MACHINES_AT_ONCE, PLAN_VM_TASK } from "./plan-steps";

type Step = StepDefinition<OperationContext>;
type Context = StepContext<OperationContext>;
export interface Phase {
  readonly name: string;
  readonly title: string;
  readonly irrevocable?: boolean;
  /** Machines at once; "all" for what only waits. Left out: as many as start at the same time. */
  readonly width?: number | "all";
  readonly run: (step: Context, of: PlanMachine) => ReturnType<Step["run"]>;
  readonly undo?: (step: Context, of: PlanMachine) => Promise<void>;
}

/** Phase by phase over all machines. The first error takes back what has not gone over; a restart goes on. */
export function phased(machines: readonly PlanMachine[], groupName: string, phases: readonly Phase[]): Step[] {
  return phases.flatMap((phase) =>
    machines.map((machine): Step => {
      const { undo, width = MACHINES_AT_ONCE } = phase;
      return {
        name: phase.name,
        friendlyName: `${phase.title} ${machine.machineName}`,
        taskType: PLAN_VM_TASK,
        groupName,
        lane: `${groupName}: ${phase.name}`,
        ...(width === "all" ? {} : { laneWidth: width }),
        irrevocable: phase.irrevocable === true,
        run: (step) => phase.run(step, machine),
        ...(undo ? { undo: (step) => undo(step, machine) } : {}),
      };
    }),
  );
}
