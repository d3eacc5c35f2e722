"use client";
import { useState } from "react";
import { Consequences } from "@/components/ui/consequences";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";
import { StartInstantlyChoice } from "@/components/shell/start-instantly-choice";
import { FormDialog } from "@/components/ui/form-dialog";

export function PlannedFailoverDialog({ item, onRun, vaultName: _, ...frame }: VerbDialogProps) {
  const [startInstantly, setStartInstantly] = useState(false);
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Planned failover of ${item.properties.friendlyName}`}
      submitLabel="Fail over"
      onSubmit={() => onRun(failoverRequests.planned(item, { startInstantly }))}
    >
      <p className="font-medium">
        {item.properties.primaryFabricFriendlyName ?? "The site"} → Microsoft Azure (simulated region)
      </p>
      <Consequences>
        {[
          "The source machine is shut down and stays off.",
          "Its last changes are sent, and the replica starts from exactly that state: no order is lost, or the failover stops, says why and starts the source again.",
          "Afterwards commit the failover, or choose another recovery point before you do.",
        ]}
      </Consequences>
      <StartInstantlyChoice value={startInstantly} onChange={setStartInstantly} />
    </FormDialog>
  );
}
