"use client";
import { useState } from "react";
import { Consequences } from "@/components/ui/consequences";
import { FormDialog } from "@/components/ui/form-dialog";
import { TextField } from "@/components/ui/text-field";
import { nameInId } from "@/lib/client/paths";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";

/** Phase 2 of a failback whose data was synchronized before. */
export function CompleteFailoverDialog(props: VerbDialogProps & { readonly waitingJobId: string }) {
  const { item, vaultName, onRun, waitingJobId, ...frame } = props;
  const [comment, setComment] = useState("");
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Complete the failover of ${item.properties.friendlyName}`}
      submitLabel="Complete failover"
      onSubmit={() => {
        const job = nameInId(waitingJobId, "replicationJobs") ?? waitingJobId;
        onRun(failoverRequests.completeFailback(vaultName, job, comment));
      }}
    >
      <Consequences>
        {[
          "The virtual machine in Azure is shut down now; its users are cut off.",
          "What it has written since the first synchronization is copied, and the on-premises machine starts.",
          "To go on running in Azure instead, cancel the job.",
        ]}
      </Consequences>
      <TextField label="Comment" hint="Kept with the job." value={comment} onChange={setComment} multiline />
    </FormDialog>
  );
}
