"use client";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Consequences } from "@/components/ui/consequences";
import { FormDialog } from "@/components/ui/form-dialog";
import type { PlanDialogProps } from "./plan-dialog-props";
import { CUSTOM_POINT, planRequests } from "./plan-requests";
import { PointChoice, pointProblem } from "./point-choice";
import { directionText } from "./run-order";

export function CommitPlanDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  return (
    <FormDialog
      {...frame}
      title={`Commit the failover of ${plan.properties.friendlyName}`}
      submitLabel="Commit"
      onSubmit={() => onRun(planRequests.commit(vaultName, plan.name))}
    >
      <p>
        The machines that were failed over become the machines. Their other recovery points are deleted; the recovery
        point can no longer be changed.
      </p>
    </FormDialog>
  );
}

export function ChangePlanPointDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  const [point, setPoint] = useState(CUSTOM_POINT);
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Change the recovery point of ${plan.properties.friendlyName}`}
      submitLabel="Change recovery point"
      disabledReason={pointProblem(point)}
      onSubmit={() => onRun(planRequests.changePoint(vaultName, plan.name, point))}
    >
      <Consequences>
        {[
          "The disks of the other points are written and verified while the replicas run on.",
          "Then the replicas are replaced, group after group. What they have written since the failover is lost.",
          "A machine whose replica is made from that point already is left as it is.",
        ]}
      </Consequences>
      <PointChoice vaultName={vaultName} plan={plan} value={point} onChange={setPoint} isChange />
    </FormDialog>
  );
}

export function CompletePlanMigrationDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  const [isSure, setSure] = useState(false);
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Complete the migration of ${plan.properties.friendlyName}`}
      submitLabel="Complete migration"
      disabledReason={isSure ? null : "Tick the box to say that the machines stay in Azure."}
      onSubmit={() => onRun(planRequests.completeMigration(vaultName, plan.name))}
    >
      <Consequences>
        {[
          "All machines of the plan stay in Azure for good. They are not protected any more, and there is no way back.",
          "Their failover becomes final, and all their recovery points are deleted.",
          "The plan is deleted with its groups and actions. The records of its runs stay.",
        ]}
      </Consequences>
      <Checkbox isSelected={isSure} onChange={setSure}>
        The machines stay in Azure for good
      </Checkbox>
    </FormDialog>
  );
}

export function CancelPlanFailoverDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  const [isSure, setSure] = useState(false);
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Cancel the failover of ${plan.properties.friendlyName}`}
      submitLabel="Cancel the failover"
      disabledReason={isSure ? null : "Tick the box to say that you know what is lost."}
      onSubmit={() => onRun(planRequests.cancel(vaultName, plan.name))}
    >
      <Consequences>
        {[
          "The replicas in Azure are stopped and removed.",
          "What they have written since the failover is lost.",
          "The source machines are started again and replication goes on.",
        ]}
      </Consequences>
      <Checkbox isSelected={isSure} onChange={setSure}>
        What the replicas have written may be lost
      </Checkbox>
    </FormDialog>
  );
}

export function ReverseReplicatePlanDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  return (
    <FormDialog
      {...frame}
      title={`Reverse replicate ${plan.properties.friendlyName}`}
      submitLabel="Reverse replicate"
      onSubmit={() => onRun(planRequests.reverseReplicate(vaultName, plan.name))}
    >
      <p className="font-medium">{directionText("PrimaryToRecovery", plan.properties.primaryFabricFriendlyName)}</p>
      <p>The machines of the site are protected again: replication to Azure goes on, and only differences travel.</p>
    </FormDialog>
  );
}

export function DeletePlanDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Delete ${plan.properties.friendlyName}`}
      submitLabel="Delete plan"
      onSubmit={() => onRun(planRequests.remove(vaultName, plan.name))}
    >
      <p>The plan, its groups and its actions are deleted. The machines stay protected.</p>
    </FormDialog>
  );
}
