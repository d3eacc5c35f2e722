import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import { Fault } from "@/lib/kernel/fault";
import { announce } from "../announce";
import { sourceOf } from "../source-machine";
import type { FailoverStep } from "./failover-run";

const RUN_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
/** Of a machine whose host has forgotten it. */
const MEMORY_BYTES_DEFAULT = 64 * 1024 * 1024;

/**
 * Starts a replica that was stopped, from its own disks as they are. One that was only verified, never booted, has nothing to
 * run. Repeatable. @throws Fault ReplicaDidNotStartAgain
 */
export async function runReplicaAgain(
  step: FailoverStep,
  item: ProtectedItem,
  machine: DeployedMachine,
): Promise<void> {
  if (machine.state === "VerifiedNotBooted") return;
  const { region, clock, repositories } = step.services;
  const { machine: source } = await sourceOf(step.services, item);
  await region.start({
    id: machine.id,
    name: machine.name,
    memoryBytes: source?.memoryBytes ?? MEMORY_BYTES_DEFAULT,
    disks: [...machine.disks]
      .sort((a, b) => Number(b.role === "os") - Number(a.role === "os"))
      .map(({ diskId, path, role }) => ({ id: diskId, name: diskId, path, role })),
  });
  const until = clock.monotonicMs() + RUN_TIMEOUT_MS;
  for (;;) {
    const seen = await region.get(machine.id);
    if (seen?.power === "running") break;
    if (seen === null || seen.power === "failed" || clock.monotonicMs() >= until) {
      throw didNotStart(machine, seen?.powerProblem ?? seen?.power ?? "gone");
    }
    await clock.sleep(POLL_MS, step.signal);
  }
  await repositories.deployedMachines.update(machine.id, { state: "Running" });
  announce(step.services, machine.vaultId, "virtualMachines", machine.name);
}

function didNotStart(machine: DeployedMachine, found: string): Fault {
  return new Fault({
    code: "ReplicaDidNotStartAgain",
    message: `${machine.name} could not be started again in Azure: ${found}.`,
    possibleCauses: "The region's compute is overloaded or does not answer.",
    recommendedAction: "Run the operation again: its disks are as they were when it was stopped.",
  });
}
