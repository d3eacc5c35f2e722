"use client";
import { Consequences } from "@/components/ui/consequences";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";
import { FormDialog } from "@/components/ui/form-dialog";

const OF_FAILOVER = [
  "The replica becomes the machine; its data is what you see on its console now.",
  "All other recovery points are deleted, and the recovery point can no longer be changed.",
];
const OF_FAILBACK = [
  "The on-premises machine stays the machine; the virtual machine in Azure and its disks are deleted, which a listing must prove.",
  "After a failback to another host the protected machine belongs to that host.",
  "Then start reverse replication: until then nothing is replicated to Azure.",
];

export function CommitDialog({ item, onRun, vaultName: _, ...frame }: VerbDialogProps) {
  const isBack = item.properties.activeLocation === "Primary";
  return (
    <FormDialog
      {...frame}
      title={`Commit the ${isBack ? "failback" : "failover"} of ${item.properties.friendlyName}`}
      submitLabel="Commit"
      onSubmit={() => onRun(failoverRequests.commit(item))}
    >
      <Consequences>{isBack ? OF_FAILBACK : OF_FAILOVER}</Consequences>
    </FormDialog>
  );
}
