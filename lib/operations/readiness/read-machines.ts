import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import type { MachinePoint } from "@/lib/domain/readiness-readings";
import { rpoSeconds } from "@/lib/domain/recovery-points";
import type { OperationContext } from "../context";
import { lateAfterSeconds } from "../read-protected-item";

/** The age of each machine's newest point, beside the age after which the portal calls the machine late. */
export async function readPoints(context: OperationContext, items: readonly ProtectedItem[]): Promise<MachinePoint[]> {
  return Promise.all(
    items.map(async (item) => {
      const newest = await context.repositories.recoveryPoints.newest(item.id);
      const policy = await context.repositories.policies.get(item.policyId);
      const ageSeconds = rpoSeconds(newest, context.clock.now());
      return { machine: item.machineName, ageSeconds, targetSeconds: lateAfterSeconds(policy) };
    }),
  );
}

export async function readReplication(items: readonly ProtectedItem[]) {
  return items.map(({ machineName, replicationError, state, activeLocation }) => {
    const resting = activeLocation === "Recovery" ? "it runs in Azure and is not replicated" : `its state is ${state}`;
    const problem = replicationError?.message ?? (state === "Protected" ? null : resting);
    return { machine: machineName, problem };
  });
}

export async function readResynchronization(context: OperationContext, items: readonly ProtectedItem[]) {
  return Promise.all(
    items.map(async (item) => {
      const { flag } = await context.repositories.resynchronizations.get(item.id);
      return { machine: item.machineName, reason: flag?.reason ?? null };
    }),
  );
}

/** Test machines that are there, whoever started them. */
export async function readTestsUp(context: OperationContext, vault: Vault) {
  const machines = await context.repositories.deployedMachines.listByVault(vault.id);
  return machines
    .filter((machine) => machine.purpose === "TestFailover")
    .map((machine) => ({ machine: machine.name, since: machine.createdAt }));
}
