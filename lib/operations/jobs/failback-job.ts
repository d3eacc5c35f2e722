import type { StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { awaitCompletion } from "../failover/failback/await-completion";
import { beginFailback, undoBeginFailback } from "../failover/failback/begin-failback";
import { captureReplica, undoCapture } from "../failover/failback/capture-replica";
import type { FailbackRun } from "../failover/failback/failback-run";
import { settleFailback } from "../failover/failback/settle-failback";
import { startOnPremises, undoStartOnPremises } from "../failover/failback/start-on-premises";
import { stopReplica, undoStopReplica } from "../failover/failback/stop-replica";
import { synchronizeSite, undoSynchronizeSite } from "../failover/failback/synchronize-site";
import { itemJob, named } from "./item-job";

type Step = StepDefinition<OperationContext>;

/** The service runs it as a planned failover in the other direction; no recording of its tasks is known: the names are ours. */
export const failbackJob = itemJob<FailbackRun>({
  scenarioName: "Failback",
  friendlyName: "Planned failover from Azure",
  steps: failbackSteps,
  settle: settleFailback,
});

function failbackSteps(run: FailbackRun): readonly Step[] {
  return [
    {
      ...named("FailbackPreflightChecksTask", "VmFailbackPrerequisitesCheck", "Prerequisites check for failback"),
      run: (step) => beginFailback(step, run),
      undo: (step) => undoBeginFailback(step, run),
    },
    ...(run.dataSyncOption === "ForDownTime" ? beforeFailover(run) : []),
    {
      ...named("ShutdownVmOnSecondary", "VmShutdownVmOnSecondary", "Shut down the virtual machine in Azure"),
      run: (step) => stopReplica(step, run),
      undo: (step) => undoStopReplica(step, run),
    },
    ...synchronization(run, "final", {
      capture: "Capture what the virtual machine has written since",
      synchronize: "Synchronize the last changes to the on-premises disks and verify them",
    }),
    {
      ...named("StartVmOnPrimary", "VmFoStartVmOnPrimary", "Start the on-premises virtual machine"),
      run: (step) => startOnPremises(step, run),
      undo: (step) => undoStartOnPremises(step, run),
    },
  ];
}

function beforeFailover(run: FailbackRun): Step[] {
  return [
    ...synchronization(run, "before", {
      capture: "Capture what the virtual machine has written in Azure",
      synchronize: "Synchronize data to the on-premises disks while it runs",
    }),
    {
      ...named("CompleteFailoverTask", "VmCompleteFailover", "Complete failover"),
      run: (step) => awaitCompletion(step, run),
      undo: async () => {},
    },
  ];
}

function synchronization(
  run: FailbackRun,
  moment: "before" | "final",
  titles: { readonly capture: string; readonly synchronize: string },
): Step[] {
  const suffix = moment === "before" ? "Before" : "";
  return [
    {
      ...named("CaptureReplicaTask", `VmCaptureReplica${suffix}`, titles.capture),
      run: (step) => captureReplica(step, run, moment),
      undo: (step) => undoCapture(step, run, moment),
    },
    {
      ...named("SynchronizeDataTask", `VmSynchronizeData${suffix}`, titles.synchronize),
      run: (step) => synchronizeSite(step, run, moment),
      undo: (step) => undoSynchronizeSite(step, run),
    },
  ];
}
