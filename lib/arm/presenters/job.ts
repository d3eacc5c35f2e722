import { siteRecoveryArmId } from "@/lib/contract/arm-id";
import type {
  AsrTask,
  JobCustomDetails,
  JobErrorWire,
  ProtectedItemDetails,
  ReplicationJobResource,
} from "@/lib/contract/replication-jobs";
import type { ProtectedItem } from "@/lib/domain/entities";
import type { JobError, JobStep } from "@/lib/jobs/job";
import type { JobView } from "@/lib/operations/read-job";
import { FAILOVER_GROUP, PLAN_VM_TASK, SHUTDOWN_GROUP } from "@/lib/operations/recovery-plans/plan-steps";
import { runOf } from "@/lib/operations/run-evidence";
import { jobArmId } from "../site-recovery-ids";
import { presentPlanRun } from "./plan-run";
import { presentActionTask } from "./plan-task";

/** What the service sends for a time that has not come. */
const NO_TIME = "0001-01-01T00:00:00";

export function presentJob(view: JobView): ReplicationJobResource {
  const { vault, job } = view;
  const id = jobArmId(vault, job.id);
  const failure = job.state === "Failed" ? job.errors.find((error) => error.severity === "Error") : undefined;
  const times = { startTime: job.startedAt ?? job.createdAt, endTime: job.endedAt };
  return {
    id,
    name: job.id,
    status: job.state,
    error: failure ? { code: failure.code, message: failure.message } : null,
    ...times,
    properties: {
      activityId: job.id,
      scenarioName: job.scenarioName,
      friendlyName: job.friendlyName,
      state: job.state,
      stateDescription: job.stateDescription,
      tasks: presentTasks(view),
      errors: job.errors.map((error) => presentError(view, error)),
      ...times,
      allowedActions: [...view.allowedActions],
      targetObjectId: job.targetId,
      targetObjectName: job.targetName,
      targetInstanceType: job.targetType,
      customDetails: presentDetails(view),
    },
  };
}

/** Neighbouring steps of one group are shown inside a task for the group. */
function presentTasks(view: JobView): AsrTask[] {
  const runs: { readonly name: string | null; readonly steps: JobStep[] }[] = [];
  for (const step of view.steps) {
    const last = runs.at(-1);
    if (last && last.name !== null && last.name === step.groupName) last.steps.push(step);
    else runs.push({ name: step.groupName, steps: [step] });
  }
  return runs.flatMap(({ name, steps }) =>
    name === null ? steps.map((step) => presentStep(view, step)) : [presentGroup(view, name, steps)],
  );
}

function presentGroup(view: JobView, name: string, steps: readonly JobStep[]): AsrTask {
  const state = groupState(steps);
  const started = steps.flatMap((step) => step.startedAt ?? []).sort()[0];
  const isOver = steps.every((step) => step.endedAt !== null);
  const ended = steps
    .flatMap((step) => step.endedAt ?? [])
    .sort()
    .at(-1);
  const number = /^Group (\d+)$/.exec(name)?.[1];
  const type = name === SHUTDOWN_GROUP ? "Shutdown" : name === FAILOVER_GROUP ? "Failover" : "Boot";
  return {
    taskId: `${view.job.id}-group-${steps[0]?.index ?? 0}`,
    name: "RecoveryPlanGroup",
    startTime: started ?? NO_TIME,
    endTime: isOver && ended ? ended : NO_TIME,
    allowedActions: [],
    friendlyName: name,
    state,
    stateDescription: state === "Succeeded" ? "Completed" : state,
    taskType: "RecoveryPlanGroupTask",
    customDetails: null,
    groupTaskCustomDetails: {
      instanceType: type === "Shutdown" ? "RecoveryPlanShutdownGroupTaskDetails" : "RecoveryPlanGroupTaskDetails",
      name,
      groupId: number ?? type,
      rpGroupType: type,
      childTasks: steps.map((step) => presentStep(view, step)),
    },
    errors: [],
  };
}

function groupState(steps: readonly JobStep[]): string {
  const has = (state: JobStep["state"]) => steps.some((step) => step.state === state);
  if (has("Suspended")) return "Suspended";
  if (has("InProgress")) return "InProgress";
  if (has("Failed")) return "Failed";
  if (has("Cancelled")) return "Cancelled";
  if (steps.every((step) => step.state === "NotStarted")) return "NotStarted";
  if (has("NotStarted")) return "InProgress";
  return steps.every((step) => step.state === "Skipped") ? "Skipped" : "Succeeded";
}

function presentStep(view: JobView, step: JobStep): AsrTask {
  const isHalted = step.state === "Suspended";
  return {
    taskId: `${view.job.id}-${step.index}`,
    name: step.name,
    startTime: step.startedAt ?? NO_TIME,
    endTime: step.endedAt ?? NO_TIME,
    allowedActions: isHalted && view.allowedActions.includes("Resume") ? ["Resume"] : [],
    friendlyName: step.friendlyName,
    state: step.state,
    stateDescription: stateDescription(step),
    taskType: step.taskType,
    customDetails: { ...stepDetails(view, step), ...extras(step) },
    groupTaskCustomDetails: null,
    errors: step.errors.map((error) => presentError(view, error, `${view.job.id}-${step.index}`)),
  };
}

function stateDescription(step: JobStep): string {
  if (step.state === "Succeeded") return "Completed";
  const reason = step.details["suspendedReason"];
  return step.state === "Suspended" && typeof reason === "string" ? reason : step.state;
}

/** Ours, beside the service's fields: measured bytes and what the step found out. Clients that do not know them ignore them. */
function extras(step: JobStep): Record<string, unknown> {
  const { suspendedReason: _, instructions: __, actionName: ___, ...details } = step.details;
  return {
    ...(step.progress ? { progress: step.progress } : {}),
    ...(Object.keys(details).length > 0 ? { details } : {}),
  };
}

function stepDetails(view: JobView, step: JobStep): NonNullable<AsrTask["customDetails"]> {
  const child = step.childJobId === null ? null : (view.childJobs.get(step.childJobId) ?? null);
  const jobTask = child && {
    jobId: jobArmId(view.vault, child.id),
    jobFriendlyName: child.friendlyName,
    targetObjectId: child.targetId,
    targetObjectName: child.targetName,
    targetInstanceType: child.targetType,
    jobScenarioName: child.scenarioName,
  };
  const action = presentActionTask(view.vault, step);
  if (action) return action;
  if (step.taskType === PLAN_VM_TASK) {
    const skipped = step.details["skippedReason"];
    return {
      instanceType: "VirtualMachineTaskDetails",
      ...(typeof skipped === "string" ? { skippedReason: "Skipped", skippedReasonString: skipped } : {}),
      jobTask,
    };
  }
  return jobTask ? { instanceType: "JobTaskDetails", jobTask } : { instanceType: "TaskDetails" };
}

function presentError(view: JobView, error: JobError, taskId?: string): JobErrorWire {
  const step = view.steps.find((candidate) => candidate.name === error.stepName);
  const { code, message, possibleCauses, recommendedAction } = error;
  return {
    serviceErrorDetails: { code, message, possibleCauses, recommendedAction, activityId: view.job.id },
    providerErrorDetails: null,
    errorLevel: error.severity,
    creationTime: error.at,
    taskId: taskId ?? (step ? `${view.job.id}-${step.index}` : null),
  };
}

function presentDetails(view: JobView): JobCustomDetails {
  const { job, items } = view;
  const affectedObjectDetails = affected(view);
  switch (job.scenarioName) {
    case "PlannedFailover":
    case "UnplannedFailover":
    case "Failback":
    case "CancelFailover": {
      const protectedItemDetails = items.map((item) => itemDetails(view, item));
      const planRun = presentPlanRun(job);
      return { instanceType: "FailoverJobDetails", affectedObjectDetails, protectedItemDetails, ...planRun };
    }
    case "TestFailover": {
      const networkName = networkOf(view);
      return {
        instanceType: "TestFailoverJobDetails",
        affectedObjectDetails,
        testFailoverStatus: job.state === "Succeeded" ? "Completed" : job.state,
        comments: job.comments,
        networkName,
        networkFriendlyName: networkName,
        networkType: networkName === null ? "NoNetworkAttachAsInput" : "VmNetworkAsInput",
        protectedItemDetails: items.map((item) => itemDetails(view, item)),
        ...presentPlanRun(job),
      };
    }
    default:
      return { instanceType: "AsrJobDetails", affectedObjectDetails };
  }
}

function networkOf({ job }: JobView): string | null {
  const groups = job.input["groups"] as readonly { machines: readonly { networkName: string | null }[] }[] | undefined;
  const name = groups ? groups.flatMap((group) => group.machines)[0]?.networkName : job.input["networkName"];
  return typeof name === "string" ? name : null;
}

function itemDetails(view: JobView, item: ProtectedItem): ProtectedItemDetails {
  const run = runOf(item, view.job.id);
  const isTest = view.job.scenarioName === "TestFailover";
  const network = isTest ? networkOf(view) : item.target.networkName;
  const point = run?.recoveryPoint ?? null;
  return {
    name: item.name,
    friendlyName: item.machineName,
    testVmName: isTest ? (run?.machineName ?? null) : null,
    testVmFriendlyName: isTest ? (run?.machineName ?? null) : null,
    networkConnectionStatus: network === null ? "NotConnected" : "Connected",
    networkFriendlyName: network,
    subnet: item.target.subnetName,
    recoveryPointId: point?.id ?? null,
    recoveryPointTime: point?.at ?? null,
  };
}

function affected({ vault, items, siteKind }: JobView): Record<string, string> {
  const [item, ...others] = items;
  if (!item || others.length > 0) return {};
  return {
    PrimaryVmId: item.machineId,
    PrimaryVmName: item.machineName,
    RecoveryVmName: item.target.machineName,
    PrimaryFabricProviderId: siteKind,
    RecoveryFabricProviderId: "Azure",
    ProtectionProfileId: item.policyId,
    VaultId: siteRecoveryArmId(vault),
  };
}
