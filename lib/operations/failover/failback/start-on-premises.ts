import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { changeItem } from "../../change-protected-item";
import { recordRun } from "../../run-evidence";
import { stopSource } from "../../source-machine";
import type { FailoverStep } from "../failover-run";
import { runSource, type SourceSigns } from "../run-source";
import { capturedPoint } from "./capture-replica";
import { ALREADY_BACK, failbackItemOf, failbackKey, requireReplica, type FailbackRun } from "./failback-run";
import { findFailbackTarget, type FailbackTarget } from "./failback-target";

/**
 * Starts the machine at its site, lets it prove itself, and only then makes it the machine: until that one write everything
 * can be taken back and the machine in Azure run again. (That one is off all the while, so there are never two.)
 */
export async function startOnPremises(step: FailoverStep, run: FailbackRun): Promise<StepOutcome> {
  const { services: context } = step;
  const { item, isSwitched } = await failbackItemOf(step, run);
  if (isSwitched) return ALREADY_BACK;
  const point = await capturedPoint(step, run, item, "final");
  const target = await findFailbackTarget(context, item, { ...run, createMachine: true }, point.disks);
  await requireReplicaOff(step, item);
  const isBootable = target.machine?.bootable !== false;
  const signs = isBootable ? await start(step, run, item, target) : null;
  await recordRun(
    context,
    item.id,
    { jobId: step.job.id, kind: "Failback" },
    {
      firstLineMs: signs?.firstLineMs ?? null,
      ordersOnReplica: signs?.orders ?? null,
      ordersLost: signs && point.orders ? Math.max(0, point.orders.count - (signs.orders ?? point.orders.count)) : null,
      secondsLost: 0,
      bytesLost: 0,
    },
  );
  if (signs) requireOrders(item, point, signs);
  await recordUp(step, item, signs !== null);
  await changeItem(context, item.id, () => ({
    state: "PlannedFailoverCommitRequired",
    activeLocation: "Primary",
    lastFailoverAt: context.clock.now().toISOString(),
  }));
  return {
    details: {
      host: target.provider.hostName,
      outcome: signs ? "running" : `synchronized, not booted: ${NOT_RUN}`,
      firstLineMs: signs?.firstLineMs ?? null,
      ordersInAzure: point.orders?.count ?? null,
      ordersFound: signs?.orders ?? null,
    },
  };
}

/** From here on the record of the run counts the machine as up. Its site's console is not kept as a picture. */
async function recordUp({ services: context, job }: FailoverStep, item: ProtectedItem, runs: boolean): Promise<void> {
  const { id: machineId } = await requireReplica(context, item);
  const upAt = context.clock.now().toISOString();
  const notBootedReason = runs ? null : NOT_RUN;
  const life = { machineId, firstSignOfLifeAt: runs ? upAt : null, upAt, notBootedReason };
  await recordRun(
    context,
    item.id,
    { jobId: job.id, kind: "Failback" },
    { life: { ...life, screenshot: null, applicationCheck: null } },
  );
}

const NOT_RUN = "its site does not run it";

/** The source is off again, by its host's word; then the machine in Azure may run. */
export async function undoStartOnPremises(step: FailoverStep, run: FailbackRun): Promise<void> {
  const { item, isSwitched } = await failbackItemOf(step, run);
  if (isSwitched || step.memory[failbackKey("started", run)] !== true) return;
  const { disks } = await capturedPoint(step, run, item, "final");
  const target = await findFailbackTarget(step.services, item, { ...run, createMachine: true }, disks);
  await stopSource(step.services, { ...item, ...idsOf(target) }, step.signal);
  await step.checkpoint({ [failbackKey("started", run)]: false });
}

async function start(
  step: FailoverStep,
  run: FailbackRun,
  item: ProtectedItem,
  target: FailbackTarget,
): Promise<SourceSigns> {
  // Before the command: whoever undoes this must know that the source may run.
  await step.checkpoint({ [failbackKey("started", run)]: true });
  return runSource(step, { ...item, ...idsOf(target) });
}

const idsOf = ({ providerId, machineId }: FailbackTarget) => ({ providerId, machineId });

async function requireReplicaOff(step: FailoverStep, item: ProtectedItem): Promise<void> {
  const machine = await requireReplica(step.services, item);
  const seen = await step.services.region.get(machine.id);
  if (seen === null || seen.power === "off") return;
  throw new Fault({
    code: "ReplicaStillRuns",
    message: `${machine.name} is ${seen.power} in Azure; ${item.machineName} is not started at its site beside it.`,
    possibleCauses: "Somebody started it again after it had been shut down.",
    recommendedAction: "Restart the job: what it wrote since is captured again.",
  });
}

function requireOrders(item: ProtectedItem, point: RecoveryPoint, signs: SourceSigns): void {
  if (point.orders === null || signs.orders === null) return;
  const isRight = signs.isAtBoot ? signs.orders === point.orders.count : signs.orders >= point.orders.count;
  if (isRight && signs.verdict === "ok") return;
  throw new Fault({
    code: "SourceOrdersDiffer",
    message: `${item.machineName} found ${signs.orders} orders (${signs.verdict ?? "no verdict"}) at its site; in Azure it had ${point.orders.count}.`,
    possibleCauses: "The disk at the site is not what was captured, or the ledger on it is damaged.",
    recommendedAction:
      "The failback is taken back and the machine in Azure started again. Report this with the job's id.",
  });
}
