"use client";
import { Consequences } from "@/components/ui/consequences";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";
import { FormDialog } from "@/components/ui/form-dialog";

export function DisableProtectionDialog({ item, onRun, vaultName: _, ...frame }: VerbDialogProps) {
  const isFailedOver = item.properties.activeLocation === "Recovery";
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Disable protection of ${item.properties.friendlyName}`}
      submitLabel="Disable protection"
      onSubmit={() => onRun(failoverRequests.disable(item))}
    >
      <Consequences>
        {[
          "Replication stops and the write log at the source is closed.",
          "All recovery points of this machine are deleted from the vault.",
          isFailedOver
            ? "The replica that runs in the region is no longer tied to its source."
            : "The source machine keeps running and is not changed.",
        ]}
      </Consequences>
    </FormDialog>
  );
}
