import { bothRunningOf } from "@/lib/domain/both-running";
import type { Fabric, Policy, ProtectedItem, RecoveryPoint, Vault } from "@/lib/domain/entities";
import { clockTime } from "@/lib/domain/clock-time";
import { allowedOperations, type ProtectedItemOperation } from "@/lib/domain/protection-state";
import { describeMode, type Resynchronization, type ResynchronizationFlag } from "@/lib/domain/resynchronization";
import { rpoSeconds } from "@/lib/domain/recovery-points";
import type { Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { holderOf, standingOf } from "./hold-protected-item";
import { runsOf } from "./run-evidence";
import { sourceOf, type Source } from "./source-machine";

export interface ItemHealth {
  readonly level: "Warning" | "Error";
  readonly category: "Replication" | "TestFailover" | "FabricInfrastructure" | "Configuration";
  readonly explanation: Explanation;
}

/** Everything that a page or a client shows of a protected item, read at one moment. */
export interface ProtectedItemView {
  readonly vault: Vault;
  readonly fabric: Fabric;
  readonly item: ProtectedItem;
  readonly policy: Policy | null;
  readonly source: Source;
  readonly newestPoint: RecoveryPoint | null;
  readonly rpoSeconds: number | null;
  readonly readAt: string;
  /** 0 to 100, of measured bytes; null when nothing was counted yet. */
  readonly initialReplicationPercent: number | null;
  readonly allowedOperations: readonly ProtectedItemOperation[];
  readonly scenario: { readonly scenarioName: string; readonly jobId: string; readonly startedAt: string } | null;
  readonly health: readonly ItemHealth[];
  /** Nothing is replicated before it is resynchronized. */
  readonly needsResynchronization: boolean;
}

/** A late copy may be one interval behind and in transfer; this much more and something is wrong. */
const LATE_INTERVALS = 3;
const LATE_GRACE_SECONDS = 60;

/** The age of the newest point from which on a machine is late: what the policy says, or a few of its intervals. */
export function lateAfterSeconds(
  policy: Pick<Policy, "replicationIntervalSeconds" | "recoveryPointThresholdMinutes"> | null,
): number {
  const threshold = policy?.recoveryPointThresholdMinutes ?? null;
  if (threshold !== null) return threshold * 60;
  return (policy?.replicationIntervalSeconds ?? 300) * LATE_INTERVALS + LATE_GRACE_SECONDS;
}

export async function readProtectedItem(
  context: OperationContext,
  vault: Vault,
  fabric: Fabric,
  item: ProtectedItem,
): Promise<ProtectedItemView> {
  const [policy, source, newestPoint, standing, scenario, resynchronization] = await Promise.all([
    context.repositories.policies.get(item.policyId),
    sourceOf(context, item),
    context.repositories.recoveryPoints.newest(item.id),
    standingOf(context, item),
    scenarioOf(context, item),
    context.repositories.resynchronizations.get(item.id),
  ]);
  const now = context.clock.now();
  const progress = context.sites.progress(item.id);
  const isInitial = item.state === "UnprotectedStatesBegin" && newestPoint === null;
  const counted = isInitial && progress !== null && progress.bytesTotal > 0;
  return {
    vault,
    fabric,
    item,
    policy,
    source,
    newestPoint,
    rpoSeconds: rpoSeconds(newestPoint, now),
    readAt: now.toISOString(),
    initialReplicationPercent: isInitial
      ? counted
        ? Math.min(100, (100 * progress.bytesDone) / progress.bytesTotal)
        : null
      : 100,
    allowedOperations: allowedOperations(standing),
    scenario,
    needsResynchronization: resynchronization.flag !== null,
    health: [
      ...flagHealth(item, resynchronization),
      ...healthOf(context, item, policy, source, rpoSeconds(newestPoint, now)),
    ],
  };
}

/** The job that works on it, or the test failover that waits to be completed. */
async function scenarioOf(context: OperationContext, item: ProtectedItem): Promise<ProtectedItemView["scenario"]> {
  const holder = await holderOf(context, item);
  if (holder) {
    return { scenarioName: holder.scenarioName, jobId: holder.id, startedAt: holder.startedAt ?? holder.createdAt };
  }
  if (item.testFailoverState !== "WaitingForCompletion") return null;
  const test = runsOf(item).find((run) => run.kind === "TestFailover");
  return test ? { scenarioName: "TestFailover", jobId: test.jobId, startedAt: test.startedAt } : null;
}

/** Critical while nothing can be replicated before it, or the newest point is damaged; a warning while it runs. */
function flagHealth(item: ProtectedItem, { flag, settings }: Resynchronization): ItemHealth[] {
  if (flag === null || item.activeLocation === "Recovery") return [];
  const waits = flag.allowedAt === null;
  const explanation = {
    code: "ResynchronizationRequired",
    message: `${item.machineName} ${waits ? "needs resynchronization" : "is being resynchronized"}: ${flag.reason}`,
    possibleCauses:
      "The write log was damaged or lost, more was written than it pays to follow, or a check found a difference.",
    recommendedAction: waits ? `${describeMode(settings)} ${whatIsUsable(flag)}` : `Nothing: ${whatIsDone(flag)}`,
  };
  return [{ level: waits && flag.flaggedBy !== "User" ? "Error" : "Warning", category: "Replication", explanation }];
}

function whatIsUsable({ flaggedBy }: ResynchronizationFlag): string {
  return flaggedBy === "Check"
    ? "The Verification page says which recovery points can be restored whole."
    : "Earlier recovery points stay usable meanwhile.";
}

function whatIsDone({ compareWith }: ResynchronizationFlag): string {
  return compareWith === "Nothing"
    ? "the disks are read, and what the vault has lost is stored again."
    : "the disks are compared with the last recovery point and only what differs is sent.";
}

function healthOf(
  context: OperationContext,
  item: ProtectedItem,
  policy: Policy | null,
  source: Source,
  rpo: number | null,
): ItemHealth[] {
  const health: ItemHealth[] = [];
  if (item.replicationError)
    health.push({ level: "Error", category: "Replication", explanation: item.replicationError });
  health.push(...inTwoPlaces(item));
  if (item.activeLocation === "Recovery") return [...health, ...sourceBack(context, item, source)];
  const connected = context.sites.isConnected(item.providerId);
  if (!connected) health.push({ level: "Error", category: "FabricInfrastructure", explanation: silent(item, source) });
  if (connected && item.state === "Protected" && rpo !== null && rpo > lateAfterSeconds(policy)) {
    health.push({ level: "Warning", category: "Replication", explanation: late(item, rpo) });
  }
  if (item.state === "Protected" && item.lastTestFailoverAt === null) {
    health.push({ level: "Warning", category: "TestFailover", explanation: neverTested(item) });
  }
  return health;
}

/** Found by looking at both sides with the host's last word (fencing/notice-both-running). */
function inTwoPlaces(item: ProtectedItem): ItemHealth[] {
  const alert = bothRunningOf(item);
  if (alert === null) return [];
  const left = alert.left === null ? "" : ` Left so at ${clockTime(alert.left.at)}: ${alert.left.reason}`;
  const explanation = {
    code: "MachineRunsTwice",
    message: `${item.machineName} runs at its site and in Azure at the same time, since ${clockTime(alert.since)}.${left}`,
    possibleCauses:
      "The source was not shut down by an unplanned failover, its site came back and started it again, or somebody started one of the two.",
    recommendedAction:
      "Decide on the machine's page which one is to go on: what the other one writes is lost. Nothing is stopped by itself.",
  };
  return [{ level: alert.left === null ? "Error" : "Warning", category: "Configuration", explanation }];
}

/** The source came back while its replica is the machine, which may not be running at the moment. */
function sourceBack(context: OperationContext, item: ProtectedItem, source: Source): ItemHealth[] {
  if (bothRunningOf(item) !== null) return [];
  if (!context.sites.isConnected(item.providerId) || source.machine?.power !== "running") return [];
  const explanation = {
    code: "SourceRunsBesideReplica",
    message: `${item.machineName} runs at its site although its replica in Azure is the machine now.`,
    possibleCauses: "The site came back after an unplanned failover and its host started the machine again.",
    recommendedAction: "Shut the machine down at its host: what it writes there is lost.",
  };
  return [{ level: "Warning", category: "Configuration", explanation }];
}

function silent(item: ProtectedItem, source: Source): Explanation {
  const heard = source.provider?.lastHeartbeatAt;
  return {
    code: "SiteNotConnected",
    message: `The host of ${item.machineName} ${heard ? `was last heard at ${heard}` : "has never been heard from"}; nothing is replicated.`,
    possibleCauses: "The host, its agent or the connection is down.",
    recommendedAction: "Bring the host back; replication goes on by itself. An unplanned failover works without it.",
  };
}

function late(item: ProtectedItem, rpo: number): Explanation {
  return {
    code: "ReplicationLate",
    message: `The newest recovery point of ${item.machineName} is ${Math.round(rpo)} s old.`,
    possibleCauses: "More was written than could be sent, or the host is busy with another machine.",
    recommendedAction: "Look at the replication figures of the machine and of the others on its host.",
  };
}

/** Error 161011 of the service. */
function neverTested(item: ProtectedItem): Explanation {
  return {
    code: "161011",
    message: `No successful test failover has been done on the virtual machine ${item.machineName}.`,
    possibleCauses: "No test failover was run, or none succeeded.",
    recommendedAction: "Run a test failover to an isolated network.",
  };
}
