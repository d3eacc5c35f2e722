"use client";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Consequences } from "@/components/ui/consequences";
import { FormDialog } from "@/components/ui/form-dialog";
import { RadioChoice, type RadioOption } from "@/components/ui/radio-choice";
import type { PlanDialogProps } from "./plan-dialog-props";
import { planRequests, type DataSync } from "./plan-requests";
import { RunPreview } from "./run-preview";

const synchronizations: readonly RadioOption<DataSync>[] = [
  {
    value: "ForDownTime",
    label: "Synchronize data before failover",
    explanation:
      "Short downtime: what was written in Azure is copied while the virtual machines run. Then the job waits for you to complete the failover.",
  },
  {
    value: "ForSynchronization",
    label: "Synchronize data during failover only",
    explanation: "Simple, longer downtime: the virtual machines are shut down at once and everything is copied then.",
  },
];

/** The planned failover of a plan from Azure back to its site. */
export function FailbackPlanDialog({ plan, vaultName, onRun, onChangeDirection, ...frame }: PlanDialogProps) {
  const [dataSync, setDataSync] = useState<DataSync>("ForDownTime");
  const [createMachine, setCreateMachine] = useState(false);
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Failback of ${plan.properties.friendlyName}`}
      submitLabel="Fail back"
      onSubmit={() => onRun(planRequests.failback(vaultName, plan.name, { dataSync, createMachine }))}
    >
      <Consequences>
        {[
          "The machines in Azure are stopped, and what they have changed is sent back to the site: only the differences travel.",
          "Each machine goes back to the host that it came from; they start group after group.",
          "At the first error the plan stops; it can be restarted from there.",
          "The run halts at each manual action until somebody completes it with a comment.",
        ]}
      </Consequences>
      <RunPreview
        vaultName={vaultName}
        plan={plan}
        failoverType="PlannedFailover"
        direction="RecoveryToPrimary"
        onChangeDirection={onChangeDirection}
      />
      <RadioChoice label="Data synchronization" options={synchronizations} value={dataSync} onChange={setDataSync} />
      <Checkbox isSelected={createMachine} onChange={setCreateMachine}>
        Create on-premises virtual machines that do not exist
      </Checkbox>
    </FormDialog>
  );
}
