import type { StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { flagDamagedMachines, type DamagedMachine } from "../resynchronization/flag-damaged-machines";
import { reportOf } from "../verification-report";

/** What a step that has looked at the vault remembers for this one. */
export function rememberDamaged(damagedMachines: readonly DamagedMachine[]): Record<string, unknown> {
  return { damagedMachines };
}

/** After the report is written: who takes damage out of use reads there what is damaged. */
export const flagMachines: StepDefinition<OperationContext> = {
  name: "FlagMachines",
  friendlyName: "Flag machines for resynchronization whose newest recovery point is damaged",
  taskType: "FlagMachines",
  async run({ services, memory }) {
    const machines = (memory["damagedMachines"] ?? []) as readonly DamagedMachine[];
    if (machines.length === 0) return { skip: "No machine's newest recovery point is damaged." };
    const objectsDamaged = (reportOf(memory)?.check.damagedObjects.length ?? 0) > 0;
    return { details: { machinesFlagged: await flagDamagedMachines(services, machines, objectsDamaged) } };
  },
};
