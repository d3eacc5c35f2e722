"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { DateTimeField, instantOf } from "@/components/ui/date-time-field";
import { recoveryPointsQuery } from "@/lib/client/queries/protected-items";
import { Consequences } from "@/components/ui/consequences";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";
import { chosenPointId, LATEST, RecoveryPointChoice } from "./recovery-point-choice";
import { StartInstantlyChoice } from "@/components/shell/start-instantly-choice";
import { FormDialog } from "@/components/ui/form-dialog";

export function UnplannedFailoverDialog({ item, vaultName, onRun, ...frame }: VerbDialogProps) {
  const points = useQuery(recoveryPointsQuery(vaultName, item)).data ?? [];
  const [point, setPoint] = useState(LATEST);
  // A VMware machine has no planned failover: with the source shut down first this one loses nothing either.
  const isVMware = item.properties.providerSpecificDetails.instanceType === "InMageAzureV2";
  const [shutDownSource, setShutDownSource] = useState(isVMware);
  const [startInstantly, setStartInstantly] = useState(false);
  const [declared, setDeclared] = useState("");
  const submit = () =>
    onRun(
      failoverRequests.unplanned(item, {
        recoveryPointId: chosenPointId(point, points),
        shutDownSource,
        startInstantly,
        outageDeclaredAt: instantOf(declared),
      }),
    );
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Unplanned failover of ${item.properties.friendlyName}`}
      submitLabel="Fail over"
      onSubmit={submit}
    >
      <p className="font-medium">
        {item.properties.primaryFabricFriendlyName ?? "The site"} → Microsoft Azure (simulated region)
      </p>
      <Consequences>
        {[
          "The replica starts from the recovery point, whether or not the site answers.",
          "Everything written after that point is lost; the evidence says how much: seconds and orders.",
          "Until you commit you can still change the recovery point.",
        ]}
      </Consequences>
      <RecoveryPointChoice
        points={points}
        value={point}
        onChange={setPoint}
        latestHint="The newest that has reached the vault."
      />
      <Checkbox isSelected={shutDownSource} onChange={setShutDownSource}>
        Shut down the source machine and send its latest data first
        <span className="block text-[0.8125rem] text-muted">
          {isVMware ? "This is how a VMware machine fails over without loss. " : ""}If the site does not answer, the
          failover goes on and says so in the job.
        </span>
      </Checkbox>
      <DateTimeField
        label="Outage declared at"
        value={declared}
        onChange={setDeclared}
        hint="The time until recovery is counted from then; left empty, from now."
      />
      <StartInstantlyChoice value={startInstantly} onChange={setStartInstantly} />
    </FormDialog>
  );
}
