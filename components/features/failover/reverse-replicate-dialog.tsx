"use client";
import { Consequences } from "@/components/ui/consequences";
import { FormDialog } from "@/components/ui/form-dialog";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";

export function ReverseReplicateDialog({ item, onRun, vaultName: _, ...frame }: VerbDialogProps) {
  return (
    <FormDialog
      {...frame}
      title={`Reverse replicate ${item.properties.friendlyName}`}
      submitLabel="Reverse replicate"
      onSubmit={() => onRun(failoverRequests.reverseReplicate(item))}
    >
      <p className="font-medium">{item.properties.primaryFabricFriendlyName} → Microsoft Azure (simulated region)</p>
      <Consequences>
        {[
          "Replication to Azure goes on from the last point that was captured there: only what was written since is sent.",
          "With the first recovery point the machine is Protected again.",
        ]}
      </Consequences>
    </FormDialog>
  );
}
