"use client";
import { useState } from "react";
import { StartInstantlyChoice } from "@/components/shell/start-instantly-choice";
import { Checkbox } from "@/components/ui/checkbox";
import { Consequences } from "@/components/ui/consequences";
import { DateTimeField, instantOf } from "@/components/ui/date-time-field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import type { PlanDialogProps } from "./plan-dialog-props";
import { PointChoice, pointProblem } from "./point-choice";
import { LATEST_POINT, planRequests, providerOfPlan } from "./plan-requests";
import { RunPreview } from "./run-preview";
import { useTestNetworks } from "./test-networks";

const halts = "The run halts at each manual action until somebody completes it with a comment.";

export function TestPlanDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [point, setPoint] = useState(LATEST_POINT);
  const networks = useTestNetworks(chosen);
  return (
    <FormDialog
      {...frame}
      title={`Test failover of ${plan.properties.friendlyName}`}
      submitLabel="Start test failover"
      disabledReason={pointProblem(point)}
      onSubmit={() => onRun(planRequests.test(vaultName, plan, networks.networkId, point))}
    >
      <Consequences>
        {[
          "Copies of all machines start group after group.",
          "The sources keep running and replication goes on.",
          halts,
        ]}
      </Consequences>
      <RunPreview vaultName={vaultName} plan={plan} failoverType="TestFailover" direction="PrimaryToRecovery" />
      <Select
        label="Network of the test machines"
        options={networks.options}
        value={networks.value}
        onChange={setChosen}
        isRequired
      />
      <PointChoice vaultName={vaultName} plan={plan} value={point} onChange={setPoint} />
    </FormDialog>
  );
}

export function PlannedPlanDialog({ plan, vaultName, onRun, onChangeDirection, ...frame }: PlanDialogProps) {
  const [startInstantly, setStartInstantly] = useState(false);
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Planned failover of ${plan.properties.friendlyName}`}
      submitLabel="Fail over"
      onSubmit={() => onRun(planRequests.planned(vaultName, plan, { startInstantly }))}
    >
      <Consequences>
        {[
          "All source machines are shut down and their last changes sent: no order is lost.",
          "The replicas start group after group.",
          "At the first error the plan stops; it can be restarted from there.",
          halts,
        ]}
      </Consequences>
      <RunPreview
        vaultName={vaultName}
        plan={plan}
        failoverType="PlannedFailover"
        direction="PrimaryToRecovery"
        onChangeDirection={onChangeDirection}
      />
      <StartInstantlyChoice value={startInstantly} onChange={setStartInstantly} />
    </FormDialog>
  );
}

export function UnplannedPlanDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  const [point, setPoint] = useState(LATEST_POINT);
  // VMware machines have no planned failover: with their sources shut down first this one loses nothing either.
  const [shutDownSource, setShutDownSource] = useState(providerOfPlan(plan) === "InMageAzureV2");
  const [startInstantly, setStartInstantly] = useState(false);
  const [declared, setDeclared] = useState("");
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Unplanned failover of ${plan.properties.friendlyName}`}
      submitLabel="Fail over"
      disabledReason={pointProblem(point)}
      onSubmit={() => {
        const choice = { shutDownSource, point, startInstantly, outageDeclaredAt: instantOf(declared) };
        onRun(planRequests.unplanned(vaultName, plan, choice));
      }}
    >
      <Consequences>
        {[
          "The replicas start from their recovery points, whether or not the site answers.",
          "What was written after those points is lost; the evidence of each machine says how much.",
          "An error in one machine is marked and does not stop the others.",
          halts,
        ]}
      </Consequences>
      <RunPreview vaultName={vaultName} plan={plan} failoverType="UnplannedFailover" direction="PrimaryToRecovery" />
      <PointChoice vaultName={vaultName} plan={plan} value={point} onChange={setPoint} />
      <Checkbox isSelected={shutDownSource} onChange={setShutDownSource}>
        Shut down the source machines and send their latest data first, where the site answers
      </Checkbox>
      <StartInstantlyChoice value={startInstantly} onChange={setStartInstantly} />
      <DateTimeField
        label="Outage declared at"
        value={declared}
        onChange={setDeclared}
        hint="The time until recovery is counted from then; left empty, from now."
      />
    </FormDialog>
  );
}

export function CompletePlanTestDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  const [notes, setNotes] = useState("");
  const [isComplete, setComplete] = useState(false);
  return (
    <FormDialog
      {...frame}
      title={`Complete the test of ${plan.properties.friendlyName}`}
      submitLabel="Complete test"
      disabledReason={isComplete ? null : "Tick the box to say that the test is complete."}
      onSubmit={() => onRun(planRequests.cleanup(vaultName, plan.name, notes))}
    >
      <p>All test machines and their disks are deleted. A listing has to show that nothing is left.</p>
      <TextField label="Notes" hint="Kept with the evidence." value={notes} onChange={setNotes} multiline />
      <Checkbox isSelected={isComplete} onChange={setComplete}>
        The test failover is complete
      </Checkbox>
    </FormDialog>
  );
}
