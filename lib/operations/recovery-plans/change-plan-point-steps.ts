import type { StepDefinition } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import type { OperationContext } from "../context";
import {
  checkChangePoint,
  deleteFormer,
  makeChanged,
  replaceByChanged,
  undoMakeChanged,
  undoReplaceByChanged,
  type ChangePointRun,
} from "../failover/change-point";
import { phased } from "./phased-steps";
import type { PlanItemsRun, PlanMachine } from "./plan-run";
import { bootGroupName } from "./plan-steps";

/**
 * The disks of all machines are written and proven beside the replicas, which run on; then they are replaced group after
 * group, in boot order. The first error starts that machine's former replica again and stops; a restart goes on.
 */
export function planChangePointSteps(run: PlanItemsRun): readonly StepDefinition<OperationContext>[] {
  const boots = (run.groups ?? []).filter((group) => group.type === "Boot");
  const changed = (machines: readonly PlanMachine[]) => machines.filter((machine) => machine.leftOut === null);
  return [
    ...phased(changed(run.machines), "All groups: change recovery point", [
      {
        name: "VmChangePitPrerequisitesCheck",
        title: "Prerequisites check for",
        run: (step, machine) => checkChangePoint(step, changeOf(machine)),
        undo: async () => {},
      },
      {
        name: "VmChangePit",
        title: "Create and verify the disks of",
        run: (step, machine) => makeChanged(step, changeOf(machine)),
        undo: (step, machine) => undoMakeChanged(step, changeOf(machine)),
      },
    ]),
    ...boots.flatMap((group, index) =>
      phased(changed(group.machines), bootGroupName(index + 1), [
        {
          name: "VmChangePitStartVm",
          title: "Replace and start",
          // The former replica goes at once, so that a run that stops here leaves one machine of each, not two.
          run: async (step, machine) => {
            const replaced = await replaceByChanged(step, changeOf(machine));
            await deleteFormer(step, changeOf(machine));
            return replaced;
          },
          undo: (step, machine) => undoReplaceByChanged(step, changeOf(machine)),
        },
      ]),
    ),
  ];
}

function changeOf({ itemId, sharedPointId }: PlanMachine): ChangePointRun {
  assert(sharedPointId !== undefined, "a recovery point is changed without one that was chosen");
  return { itemId, recoveryPointId: sharedPointId };
}
