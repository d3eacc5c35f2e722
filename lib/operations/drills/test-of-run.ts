import type { DrillRun } from "@/lib/domain/drill";
import type { DeployedMachine } from "@/lib/domain/entities";
import type { OperationContext } from "../context";

/** What the test failover of a run has made and what is still there, by looking. */
export async function machinesOfTest(
  context: OperationContext,
  test: { readonly vaultId: string; readonly testJobId: string },
): Promise<DeployedMachine[]> {
  const machines = await context.repositories.deployedMachines.listByVault(test.vaultId);
  return machines.filter((machine) => machine.purpose === "TestFailover" && machine.jobId === test.testJobId);
}

/** Nothing of the test is there, and no machine of it waits for its completion. */
export async function isTestCompleted(
  context: OperationContext,
  { vaultId, testJobId }: Pick<DrillRun, "vaultId" | "testJobId">,
): Promise<boolean> {
  return testJobId !== null && (await machinesOfTest(context, { vaultId, testJobId })).length === 0;
}
