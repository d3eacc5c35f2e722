import type { DeployedMachine, Vault } from "@/lib/domain/entities";
import { OPEN_DRILL_RUN_STATES } from "@/lib/domain/drill";
import type { StepContext } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import type { DrillRunChanges } from "../ports/repositories";
import type { DrillRunInput } from "./drill-run-input";

export type DrillStep = StepContext<OperationContext>;

/** How often a step looks at what it waits for. */
export const LOOK_MS = 1_000;

/** Shown in the history of the drill. The run is open for as long as its job runs, also when a restart was interrupted. */
export async function showInRun(step: DrillStep, input: DrillRunInput, changes: DrillRunChanges): Promise<void> {
  const open = { state: "Running", endedAt: null, reason: null, ...changes } as const;
  await step.services.repositories.drillRuns.change(input.runId, [...OPEN_DRILL_RUN_STATES, "Failed"], open);
  announce(step.services, step.job.vaultId, "drills", input.drillName);
}

export async function vaultOf(step: DrillStep): Promise<Vault> {
  const { vaultId } = step.job;
  const vault = vaultId === null ? null : await step.services.repositories.vaults.get(vaultId);
  assert(vault, "the vault of this drill is gone");
  return vault;
}

/** The id of a child, written down before the child is made; another one for each attempt of the job. */
export async function childId(step: DrillStep, what: string): Promise<string> {
  const key = `${what}/${step.attempt}`;
  const known = step.memory[key];
  if (typeof known === "string") return known;
  const id = step.services.random.uuid();
  await step.checkpoint({ [key]: id });
  return id;
}

const TEST_JOB = "testJobId";
const MACHINES = "testMachines";

export const testJobIdOf = (step: DrillStep): string | null => (step.memory[TEST_JOB] as string | undefined) ?? null;
export const testMachinesOf = (step: DrillStep): readonly DeployedMachine[] =>
  (step.memory[MACHINES] as readonly DeployedMachine[] | undefined) ?? [];
export const testMemory = (testJobId: string, machines?: readonly DeployedMachine[]) => ({
  [TEST_JOB]: testJobId,
  ...(machines === undefined ? {} : { [MACHINES]: machines }),
});
