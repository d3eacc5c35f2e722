import type { DeployedMachine, ProtectedItem, RecoveryPoint, Vault } from "@/lib/domain/entities";
import type { StepContext } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import type { MaterialiseResult } from "../ports/vault-data";
import { pointEvidence, recordRun, type DiskEvidence, type RunEvidence } from "../run-evidence";
import { openDisks } from "./on-demand-replica";
import { fileName, roleOf } from "./replica-files";
import { reasonNotToBoot } from "./reason-not-to-boot";
import { sourceOf } from "../source-machine";

export interface ReplicaRequest {
  readonly item: ProtectedItem;
  readonly point: RecoveryPoint;
  readonly purpose: DeployedMachine["purpose"];
  readonly kind: RunEvidence["kind"];
  readonly machineName: string;
  readonly networkName: string | null;
  /** Start before the disks are whole, where there is something to start; they are completed and proven behind. */
  readonly startInstantly?: boolean;
}

/** The replica that this job made of the item, or null. */
export async function replicaOf(
  context: OperationContext,
  itemId: string,
  jobId: string,
): Promise<DeployedMachine | null> {
  const machines = await context.repositories.deployedMachines.listByItem(itemId);
  return machines.find((machine) => machine.jobId === jobId) ?? null;
}

/**
 * Writes the disks of the point into a folder of this job and proves them: the root of every restored disk, read back, must
 * equal the root that the recovery point names. Repeatable: disks are written afresh.
 *
 * @throws Fault ReplicaNotIdentical, and whatever the vault's data plane throws
 */
export async function makeReplica(
  step: StepContext<OperationContext>,
  request: ReplicaRequest,
): Promise<{ machine: DeployedMachine; disks: readonly DiskEvidence[] }> {
  const { services: context, job } = step;
  const { item, point } = request;
  const machine = (await replicaOf(context, item.id, job.id)) ?? (await placeReplica(context, request, job.id));
  const run = { jobId: job.id, kind: request.kind };
  await recordRun(context, item.id, run, {
    recoveryPoint: pointEvidence(point),
    machineId: machine.id,
    machineName: machine.name,
  });
  if (request.startInstantly === true && (await reasonNotToBoot(context, item)) === null) {
    const opened = await openDisks(context, request, machine);
    await recordRun(context, item.id, run, { disks: opened.disks });
    return opened;
  }
  const disks = await writeDisks(step, request, machine);
  await recordRun(context, item.id, run, { disks: disks.map(({ evidence }) => evidence) });
  const wrong = disks.find(({ evidence }) => !evidence.identical);
  if (wrong) throw notIdentical(item, wrong.evidence);
  const written = disks.map(({ path, role, evidence }) => ({
    diskId: evidence.diskId,
    path,
    role,
    root: evidence.restoredRoot,
    verified: true,
  }));
  const changed = await context.repositories.deployedMachines.update(machine.id, {
    disks: written,
    recoveryPointId: point.id,
  });
  return { machine: changed, disks: disks.map(({ evidence }) => evidence) };
}

async function placeReplica(
  context: OperationContext,
  request: ReplicaRequest,
  jobId: string,
): Promise<DeployedMachine> {
  const { item, point, machineName, networkName, purpose } = request;
  const owner = { itemId: item.id, jobId, machineName };
  const folder = await context.replicaFolders.make(item.target.storageAccount, owner);
  const machine: DeployedMachine = {
    id: context.random.uuid(),
    vaultId: item.vaultId,
    protectedItemId: item.id,
    name: machineName,
    purpose,
    jobId,
    recoveryPointId: point.id,
    size: item.target.size,
    networkName,
    folder,
    disks: [],
    state: "Creating",
    firstLineMs: null,
    createdAt: context.clock.now().toISOString(),
  };
  await context.repositories.deployedMachines.insert(machine);
  announce(context, item.vaultId, "virtualMachines", machine.name);
  return machine;
}

interface WrittenDisk {
  readonly path: string;
  readonly role: "os" | "data";
  readonly evidence: DiskEvidence;
}

async function writeDisks(
  step: StepContext<OperationContext>,
  { item, point }: ReplicaRequest,
  machine: DeployedMachine,
): Promise<WrittenDisk[]> {
  const vault = await vaultOf(step.services, item);
  const { machine: source } = await sourceOf(step.services, item);
  const meter = new Meter(point.disks.length, (done, total) => step.progress(done, total));
  // When one disk fails the others must have stopped before anybody removes the folder.
  const failed = new AbortController();
  const signal = AbortSignal.any([step.signal, failed.signal]);
  const writing = point.disks.map(async (disk, index): Promise<WrittenDisk> => {
    const reported = source?.disks.find((candidate) => candidate.id === disk.diskId);
    const name = reported?.name ?? disk.diskId;
    const path = `${machine.folder}/${fileName(index, name)}`;
    try {
      const result = await step.services.vaultData.materialise(
        { vault, machineName: item.machineName, pointObjectName: point.objectName, diskId: disk.diskId, path },
        { onProgress: (done, total) => meter.set(index, done, total), signal },
      );
      const role = roleOf(reported, index);
      return { path: result.path, role, evidence: evidenceOf(disk, name, result) };
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  const settled = await Promise.allSettled(writing);
  const first = settled.filter((result) => result.status === "rejected").find((result) => !isAbort(result.reason));
  const rejected = first ?? settled.find((result) => result.status === "rejected");
  if (rejected) throw rejected.reason;
  return settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

function evidenceOf(disk: RecoveryPoint["disks"][number], name: string, result: MaterialiseResult): DiskEvidence {
  return {
    diskId: disk.diskId,
    name,
    pointRoot: disk.root,
    restoredRoot: result.root,
    identical: result.root === disk.root,
    bytesWritten: result.bytesWritten,
    bytesVerified: result.bytesVerified,
    seconds: result.seconds,
  };
}

function isAbort(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "AbortError";
}

class Meter {
  private readonly parts: { done: number; total: number }[];
  constructor(
    count: number,
    private readonly report: (done: number, total: number) => void,
  ) {
    this.parts = Array.from({ length: count }, () => ({ done: 0, total: 0 }));
  }
  set(index: number, done: number, total: number): void {
    this.parts[index] = { done, total };
    const sum = (pick: (part: { done: number; total: number }) => number) =>
      this.parts.reduce((all, part) => all + pick(part), 0);
    this.report(
      sum((part) => part.done),
      sum((part) => part.total),
    );
  }
}

/**
 * Powers the replica off, deletes its disks where our mark is, and forgets it. Repeatable, also when the job died before it
 * had written down what it made.
 */
export async function removeReplica(
  context: OperationContext,
  item: ProtectedItem,
  made: { readonly jobId: string; readonly machineName: string },
): Promise<void> {
  const machine = await replicaOf(context, item.id, made.jobId);
  if (machine) return removeDeployed(context, item, machine);
  const owner = { itemId: item.id, ...made };
  // Not made again to be removed: the storage may be too full for that.
  const folder = await context.replicaFolders.placeOf(item.target.storageAccount, owner);
  await context.onDemandDisks.close(folder);
  await context.replicaFolders.remove(folder, owner);
}

/**
 * Gone when a look at the region and the folder says so; only then the record goes too, so that whatever is left is found
 * again by the next attempt.
 *
 * @throws Fault CleanupIncomplete naming what is left
 */
export async function removeDeployed(
  context: OperationContext,
  item: Pick<ProtectedItem, "id" | "machineName">,
  machine: DeployedMachine,
): Promise<void> {
  await context.repositories.deployedMachines.update(machine.id, { state: "Deleting" });
  await context.region.remove(machine.id);
  await context.onDemandDisks.close(machine.folder);
  await context.replicaFolders.remove(machine.folder, { itemId: item.id });
  const remaining = await remainsOf(context, machine);
  if (remaining.length > 0) throw cleanupIncomplete(item, remaining);
  await context.repositories.deployedMachines.delete(machine.id);
  announce(context, machine.vaultId, "virtualMachines", machine.name);
}

/** What is left of a machine that should be gone, by looking: names for people. Empty is the proof. */
export async function remainsOf(context: OperationContext, machine: DeployedMachine): Promise<string[]> {
  const running = (await context.region.list()).filter((candidate) => candidate.id === machine.id);
  const files = await context.replicaFolders.list(machine.folder);
  const served = await context.onDemandDisks.remains(machine.folder);
  return [
    ...served,
    ...running.map(() => `virtual machine ${machine.name}`),
    ...files.map((file) => `file ${file} in the storage account`),
  ];
}

/** `cause`: what stopped the removal, when something did. */
export function cleanupIncomplete(
  item: Pick<ProtectedItem, "machineName">,
  remaining: readonly string[],
  cause?: unknown,
): Fault {
  const reason = cause instanceof Error ? ` ${cause.message}` : "";
  return new Fault(
    {
      code: "CleanupIncomplete",
      message: `After the cleanup of ${item.machineName} something is left: ${remaining.join(", ")}.${reason}`,
      possibleCauses: "The region's compute did not stop the machine, or a file is held open or was added by somebody.",
      recommendedAction: "Look at what is left, then restart the job.",
    },
    { cause },
  );
}

export async function vaultOf(context: OperationContext, item: Pick<ProtectedItem, "vaultId">): Promise<Vault> {
  const vault = await context.repositories.vaults.get(item.vaultId);
  assert(vault, "a protected item without a vault");
  return vault;
}

function notIdentical(item: ProtectedItem, disk: DiskEvidence): Fault {
  return new Fault({
    code: "ReplicaNotIdentical",
    message: `The restored disk ${disk.name} of ${item.machineName} is not identical with its recovery point: root ${disk.restoredRoot ?? "unknown"} instead of ${disk.pointRoot}.`,
    possibleCauses: "The storage under the replica damaged what was written, or the vault holds wrong data.",
    recommendedAction: "Check the storage, then restart the job; choose another recovery point when it happens again.",
  });
}
