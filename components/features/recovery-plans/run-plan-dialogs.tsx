"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Consequences } from "@/components/ui/consequences";
import { DateTimeField, instantOf } from "@/components/ui/date-time-field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import type { ArmError } from "@/lib/client/arm-error";
import { virtualNetworksQuery } from "@/lib/client/queries/region";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { planRequests, type PlanRequest, type PointType } from "./plan-requests";

export interface PlanDialogProps {
  readonly plan: RecoveryPlanResource;
  readonly vaultName: string;
  readonly busy: boolean;
  readonly error: ArmError | null;
  readonly onRun: (request: PlanRequest) => void;
  readonly onClose: () => void;
}

const points: readonly { readonly value: PointType; readonly label: string; readonly hint: string }[] = [
  { value: "Latest", label: "Latest", hint: "What each source has now is sent first when its site answers." },
  {
    value: "LatestProcessed",
    label: "Latest processed",
    hint: "The newest point that is in the vault already: faster.",
  },
  {
    value: "LatestApplicationConsistent",
    label: "Latest application-consistent",
    hint: "The newest point whose workload was brought to rest before the cut.",
  },
  {
    value: "LatestMultiVmConsistent",
    label: "Latest multi-VM consistent",
    hint: "Machines of a consistency group start from the newest point that all of them share; others from their latest processed.",
  },
];

function PointChoice(props: { readonly value: PointType; readonly onChange: (value: PointType) => void }) {
  return (
    <Select
      label="Recovery point of each machine"
      options={points}
      value={props.value}
      onChange={(value) => props.onChange(points.find((one) => one.value === value)?.value ?? "Latest")}
      isRequired
    />
  );
}

const UNCONNECTED = "none";
const halts = "The plan halts at each manual action until somebody completes it with a comment.";

export function TestPlanDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  const networks = useQuery(virtualNetworksQuery()).data ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [pointType, setPointType] = useState<PointType>("Latest");
  const sorted = [...networks].sort((a, b) => Number(b.properties.isolated) - Number(a.properties.isolated));
  const networkId = chosen ?? sorted.find((one) => one.properties.isolated)?.id ?? UNCONNECTED;
  return (
    <FormDialog
      {...frame}
      title={`Test failover of ${plan.properties.friendlyName}`}
      submitLabel="Start test failover"
      onSubmit={() =>
        onRun(planRequests.test(vaultName, plan.name, networkId === UNCONNECTED ? null : networkId, pointType))
      }
    >
      <Consequences>
        {[
          "Copies of all machines start group after group.",
          "The sources keep running and replication goes on.",
          halts,
        ]}
      </Consequences>
      <Select
        label="Network of the test machines"
        options={[
          ...sorted.map((one) => ({
            value: one.id,
            label: one.name,
            hint: one.properties.isolated ? "Isolated" : "Not isolated: copies may be taken for the real machines.",
          })),
          { value: UNCONNECTED, label: "None", hint: "The test machines are not connected to any network." },
        ]}
        value={networkId}
        onChange={setChosen}
        isRequired
      />
      <PointChoice value={pointType} onChange={setPointType} />
    </FormDialog>
  );
}

export function PlannedPlanDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Planned failover of ${plan.properties.friendlyName}`}
      submitLabel="Fail over"
      onSubmit={() => onRun(planRequests.planned(vaultName, plan.name))}
    >
      <Consequences>
        {[
          "All source machines are shut down and their last changes sent: no order is lost.",
          "The replicas start group after group.",
          "At the first error the plan stops; it can be restarted from there.",
          halts,
        ]}
      </Consequences>
    </FormDialog>
  );
}

export function UnplannedPlanDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  const [pointType, setPointType] = useState<PointType>("Latest");
  const [shutDownSource, setShutDownSource] = useState(false);
  const [declared, setDeclared] = useState("");
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Unplanned failover of ${plan.properties.friendlyName}`}
      submitLabel="Fail over"
      onSubmit={() =>
        onRun(
          planRequests.unplanned(vaultName, plan.name, {
            ...{ shutDownSource, pointType, outageDeclaredAt: instantOf(declared) },
          }),
        )
      }
    >
      <Consequences>
        {[
          "The replicas start from their recovery points, whether or not the site answers.",
          "What was written after those points is lost; the evidence of each machine says how much.",
          "An error in one machine is marked and does not stop the others.",
          halts,
        ]}
      </Consequences>
      <PointChoice value={pointType} onChange={setPointType} />
      <Checkbox isSelected={shutDownSource} onChange={setShutDownSource}>
        Shut down the source machines and send their latest data first, where the site answers
      </Checkbox>
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

export function CommitPlanDialog({ plan, vaultName, onRun, ...frame }: PlanDialogProps) {
  return (
    <FormDialog
      {...frame}
      title={`Commit the failover of ${plan.properties.friendlyName}`}
      submitLabel="Commit"
      onSubmit={() => onRun(planRequests.commit(vaultName, plan.name))}
    >
      <p>
        The replicas become the machines. Their other recovery points are deleted; the recovery point can no longer be
        changed.
      </p>
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
