import type { DeployedMachine, ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { StepContext } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { keepSignOfLife, seeSignOfLife } from "../evidence/keep-sign-of-life";
import type { RegionMachine } from "../ports/region-compute";
import { recordRun, type RunEvidence } from "../run-evidence";
import { sourceOf } from "../source-machine";
import { reasonNotToBoot } from "./reason-not-to-boot";

const BOOT_TIMEOUT_MS = 90_000;
const POLL_MS = 50;
/** Of a machine whose host has forgotten it. */
const MEMORY_BYTES_DEFAULT = 64 * 1024 * 1024;

export interface StartedReplica {
  /** Null: booted. Else why it was only verified. */
  readonly notBootedReason: string | null;
  readonly firstLineMs: number | null;
  /** Orders that the guest found on its own disk; null when it keeps none or was not booted. */
  readonly ordersOnReplica: number | null;
}

/**
 * Starts the replica and waits for the guest's own word: its first line, and, when the point knows how many orders it holds,
 * the guest's report of what it found, which must be that many. Where nothing can be booted the replica stays "verified, not
 * booted", and says so. Repeatable.
 *
 * @throws Fault ReplicaDidNotBoot, ReplicaOrdersDiffer
 */
export async function startReplica(
  step: StepContext<OperationContext>,
  request: { item: ProtectedItem; point: RecoveryPoint; machine: DeployedMachine; kind: RunEvidence["kind"] },
): Promise<StartedReplica> {
  const { services: context } = step;
  const { item, point, machine } = request;
  const { machine: source } = await sourceOf(context, item);
  const reason = await reasonNotToBoot(context, item);
  if (reason !== null) {
    await settleMachine(context, machine, { state: "VerifiedNotBooted", firstLineMs: null });
    await keepSignOfLife(step, request, null, reason);
    return { notBootedReason: reason, firstLineMs: null, ordersOnReplica: null };
  }
  await context.region.start({
    id: machine.id,
    name: machine.name,
    memoryBytes: source?.memoryBytes ?? MEMORY_BYTES_DEFAULT,
    disks: [...machine.disks]
      .sort((a, b) => Number(b.role === "os") - Number(a.role === "os"))
      .map(({ diskId, path, role }) => ({ id: diskId, name: diskId, path, role })),
  });
  const booted = await untilBooted(step, machine, point);
  const sign = await seeSignOfLife(step, request);
  const ordersOnReplica = booted.bootReport?.orders ?? null;
  await recordRun(
    context,
    item.id,
    { jobId: step.job.id, kind: request.kind },
    {
      firstLineMs: booted.firstLineMs,
      ordersOnReplica,
    },
  );
  requireOrders(item, point, booted);
  await settleMachine(context, machine, { state: "Running", firstLineMs: booted.firstLineMs });
  await keepSignOfLife(step, request, sign);
  return { notBootedReason: null, firstLineMs: booted.firstLineMs, ordersOnReplica };
}

async function untilBooted(
  step: StepContext<OperationContext>,
  machine: DeployedMachine,
  point: RecoveryPoint,
): Promise<RegionMachine> {
  const { clock, region } = step.services;
  const until = clock.monotonicMs() + BOOT_TIMEOUT_MS;
  for (;;) {
    const seen = await region.get(machine.id);
    if (seen === null || seen.power === "failed" || seen.power === "off") throw didNotBoot(machine, seen);
    const reported = point.orders === null || seen.bootReport !== null;
    if (seen.firstLineMs !== null && reported) return seen;
    if (clock.monotonicMs() >= until) throw didNotBoot(machine, seen);
    await clock.sleep(POLL_MS, step.signal);
  }
}

function requireOrders(item: ProtectedItem, point: RecoveryPoint, booted: RegionMachine): void {
  if (point.orders === null || booted.bootReport === null) return;
  const { orders, verdict } = booted.bootReport;
  if (orders === point.orders.count && verdict === "ok") return;
  throw new Fault({
    code: "ReplicaOrdersDiffer",
    message: `The replica of ${item.machineName} found ${orders} orders (${verdict}); its recovery point holds ${point.orders.count}.`,
    possibleCauses: "The replica's disk is not what was cut at the source, or the ledger on it is damaged.",
    recommendedAction: "Choose another recovery point, and report this with the job's id.",
  });
}

async function settleMachine(
  context: OperationContext,
  machine: DeployedMachine,
  changes: Pick<DeployedMachine, "state" | "firstLineMs">,
): Promise<void> {
  await context.repositories.deployedMachines.update(machine.id, changes);
  announce(context, machine.vaultId, "virtualMachines", machine.name);
}

function didNotBoot(machine: DeployedMachine, seen: RegionMachine | null): Fault {
  const problem = seen?.powerProblem ?? null;
  const silent = `it was ${seen?.power ?? "gone"} and said nothing within ${BOOT_TIMEOUT_MS / 1000} s`;
  return new Fault({
    code: "ReplicaDidNotBoot",
    message: `The replica ${machine.name} did not boot: ${problem ?? silent}.`,
    possibleCauses:
      "The operating system on the disk is damaged at this point, the region's compute is overloaded, or the hypervisor cannot run it: v86 boots no 64-bit system, and neither boots UEFI.",
    recommendedAction:
      "Restart the job, or choose another recovery point. For a 64-bit system choose QEMU as the region's hypervisor (page Virtual machines) first.",
  });
}
