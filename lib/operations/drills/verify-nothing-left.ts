import type { StepOutcome } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import { remainsOf } from "../failover/replica";
import type { DrillRunInput } from "./drill-run-input";
import { testJobIdOf, testMachinesOf, vaultOf, type DrillStep } from "./drill-step";
import { linkRecord } from "./link-record";
import { machinesOfTest } from "./test-of-run";

/** Looks for each machine that the test had made: in the region, in its folder, among the records. Nothing is the proof. */
export async function verifyNothingLeft(step: DrillStep, input: DrillRunInput): Promise<StepOutcome> {
  const { services } = step;
  const testJobId = testJobIdOf(step);
  const machines = testMachinesOf(step);
  assert(testJobId !== null && machines.length > 0, "a test that succeeded has made a machine");
  const { id: vaultId } = await vaultOf(step);
  const looked = await Promise.all(machines.map((machine) => remainsOf(services, machine)));
  const records = (await machinesOfTest(services, { vaultId, testJobId })).map(({ name }) => `record of ${name}`);
  const remaining = [...looked.flat(), ...records];
  // Again: whoever keeps the record has written the cleanup into it since.
  await linkRecord(services, testJobId, input.drillId);
  if (remaining.length > 0) {
    throw new Fault({
      code: "DrillLeftSomething",
      message: `After the drill something is left: ${remaining.join(", ")}.`,
      possibleCauses: "The region's compute did not stop a machine, or a file is held open or was added by somebody.",
      recommendedAction: "Look at what is left, then restart the job.",
    });
  }
  return { details: { lookedFor: machines.map((machine) => machine.name), remainingResources: remaining } };
}
