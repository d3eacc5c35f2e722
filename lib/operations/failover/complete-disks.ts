import type { DeployedMachine } from "@/lib/domain/entities";
import type { StepContext } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { refreshRecord } from "../evidence/keep-record";
import { recordRun, runOf, type DiskEvidence } from "../run-evidence";

const POLL_MS = 250;

/**
 * Takes down what has been proven of the machine's disks since the last look, and makes them ordinary ones once all are
 * proven. True when nothing is left to do. Repeatable; one caller at a time per machine.
 */
export async function takeProofs(context: OperationContext, machine: DeployedMachine): Promise<boolean> {
  let known = machine;
  for (const disk of known.disks) {
    const proof = context.onDemandDisks.progress(disk.path)?.proof ?? null;
    if (disk.onDemand !== true || disk.verified || proof === null) continue;
    // The evidence first: from the record it is not looked for again.
    await recordProof(context, known, disk.diskId, {
      ...{ restoredRoot: proof.root, bytesWritten: proof.bytesWritten, bytesVerified: proof.bytesVerified },
      ...{ seconds: proof.seconds, verifiedAt: proof.at },
    });
    known = await changeDisk(context, known, disk.diskId, { root: proof.root, verified: true });
  }
  if (known.disks.some((disk) => disk.onDemand === true && !disk.verified)) return false;
  if (!(await context.region.settleDisks(machine.id))) return false;
  for (const disk of known.disks) known = await changeDisk(context, known, disk.diskId, { onDemand: false });
  await context.onDemandDisks.close(machine.folder);
  return true;
}

/**
 * The step of a job: until all is done, with its progress in bytes. @throws Fault of the vault: what cannot be had will not
 * come by waiting; the machine goes on with what it has
 */
export async function completeDisks(
  step: StepContext<OperationContext>,
  machine: DeployedMachine,
): Promise<readonly DiskEvidence[]> {
  const { services: context } = step;
  for (;;) {
    const now = (await context.repositories.deployedMachines.get(machine.id)) ?? machine;
    if (await takeProofs(context, now)) break;
    showProgress(step, now);
    await context.clock.sleep(POLL_MS, step.signal);
  }
  const item = await context.repositories.protectedItems.get(machine.protectedItemId);
  return (item && runOf(item, machine.jobId)?.disks) ?? [];
}

function showProgress(step: StepContext<OperationContext>, machine: DeployedMachine): void {
  const seen = machine.disks.flatMap((disk) => step.services.onDemandDisks.progress(disk.path) ?? []);
  for (const { problem } of seen) {
    if (problem?.code === "StorageFull") step.warn(problem);
    else if (problem) throw new Fault(problem);
  }
  // Fetching and reading back are each half of the work.
  const done = (one: (typeof seen)[number]) => {
    if (one.phase === "hydrated") return 2 * one.bytesDone;
    return one.phase === "verifying" ? (one.bytesTotal ?? 0) + one.bytesDone : one.bytesDone;
  };
  const total = seen.reduce((sum, one) => sum + 2 * (one.bytesTotal ?? 0), 0);
  if (seen.length > 0 && seen.every((one) => one.bytesTotal !== null)) {
    step.progress(
      seen.reduce((sum, one) => sum + done(one), 0),
      total,
    );
  }
}

async function recordProof(
  context: OperationContext,
  machine: DeployedMachine,
  diskId: string,
  proof: Pick<DiskEvidence, "bytesWritten" | "bytesVerified" | "seconds"> & {
    restoredRoot: string;
    verifiedAt: string;
  },
): Promise<void> {
  const item = await context.repositories.protectedItems.get(machine.protectedItemId);
  const run = item && runOf(item, machine.jobId);
  if (!item || !run) return; // Protection has ended; the machine's own record keeps the root.
  const disks = run.disks.map((disk) =>
    disk.diskId === diskId ? { ...disk, ...proof, identical: proof.restoredRoot === disk.pointRoot } : disk,
  );
  await recordRun(context, item.id, run, { disks });
  await refreshRecord(context, run.jobId);
}

async function changeDisk(
  context: OperationContext,
  machine: DeployedMachine,
  diskId: string,
  changes: Partial<DeployedMachine["disks"][number]>,
): Promise<DeployedMachine> {
  const disks = machine.disks.map((disk) => (disk.diskId === diskId ? { ...disk, ...changes } : disk));
  const changed = await context.repositories.deployedMachines.update(machine.id, { disks });
  announce(context, machine.vaultId, "virtualMachines", machine.name);
  return changed;
}
