"use client";
import { Consequences } from "@/components/ui/consequences";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";
import { FormDialog } from "@/components/ui/form-dialog";

export function CommitDialog({ item, onRun, vaultName: _, ...frame }: VerbDialogProps) {
  return (
    <FormDialog
      {...frame}
      title={`Commit the failover of ${item.properties.friendlyName}`}
      submitLabel="Commit"
      onSubmit={() => onRun(failoverRequests.commit(item.id))}
    >
      <Consequences>
        {[
          "The replica becomes the machine; its data is what you see on its console now.",
          "All other recovery points are deleted, and the recovery point can no longer be changed.",
        ]}
      </Consequences>
    </FormDialog>
  );
}
