"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { recoveryPointsQuery } from "@/lib/client/queries/protected-items";
import { Consequences } from "@/components/ui/consequences";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";
import { chosenPointId, RecoveryPointChoice } from "./recovery-point-choice";
import { StartInstantlyChoice } from "@/components/shell/start-instantly-choice";
import { FormDialog } from "@/components/ui/form-dialog";

export function ChangePointDialog({ item, vaultName, onRun, ...frame }: VerbDialogProps) {
  const points = useQuery(recoveryPointsQuery(vaultName, item)).data ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [startInstantly, setStartInstantly] = useState(false);
  const current = item.properties.failoverRecoveryPointId?.toLowerCase();
  const others = points.filter((point) => point.id.toLowerCase() !== current);
  const reason = others.length === 0 ? "There is no other recovery point." : "Choose a recovery point first.";
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Change the recovery point of ${item.properties.friendlyName}`}
      submitLabel="Change recovery point"
      disabledReason={chosen === null ? reason : null}
      onSubmit={() => {
        const id = chosen === null ? null : chosenPointId(chosen, others);
        if (id !== null) onRun(failoverRequests.changeRecoveryPoint(item, { recoveryPointId: id, startInstantly }));
      }}
    >
      <Consequences>
        {[
          "The replica is stopped and made again from the point that you choose.",
          "What the replica has written since the failover is lost.",
        ]}
      </Consequences>
      <RecoveryPointChoice points={others} value={chosen} onChange={setChosen} latestHint={null} />
      <StartInstantlyChoice value={startInstantly} onChange={setStartInstantly} />
    </FormDialog>
  );
}
