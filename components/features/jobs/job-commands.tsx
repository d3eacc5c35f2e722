"use client";
import { Ban, Download, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { useOperation } from "@/components/shell/use-operation";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { downloadFile } from "@/components/ui/download-file";
import { ErrorBar } from "@/components/ui/message-bar";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { jobActionReason } from "./job-model";

/** Restart, cancel and export, with the reason where the job does not allow it. */
export function JobCommands({ job, vaultName }: { readonly job: ReplicationJobResource; readonly vaultName: string }) {
  const [isCancelling, setCancelling] = useState(false);
  const { run, isStarting, error, clearError } = useOperation();
  const name = job.properties.friendlyName;
  const send = (action: "restart" | "cancel", title: string) =>
    run({
      title,
      subject: `${name} ${job.properties.targetObjectName}`.trim(),
      start: () => startOperation("POST", api.jobAction(vaultName, job.name, action)),
      onAccepted: () => setCancelling(false),
    });
  return (
    <>
      <Commands
        label="Commands for this job"
        commands={[
          {
            id: "restart",
            label: "Restart",
            icon: <RotateCcw />,
            disabledReason: jobActionReason("Restart", job),
            onPress: () => send("restart", "Restart job"),
          },
          {
            id: "cancel",
            label: "Cancel job",
            icon: <Ban />,
            isDanger: true,
            disabledReason: jobActionReason("Cancel", job),
            onPress: () => setCancelling(true),
          },
          {
            id: "export",
            label: "Export",
            icon: <Download />,
            onPress: () => downloadFile(`job-${job.name}.json`, JSON.stringify(job, null, 2), "application/json"),
          },
        ]}
      />
      {error && !isCancelling ? <ErrorBar error={error} onDismiss={clearError} /> : null}
      <ConfirmDialog
        title="Cancel this job?"
        isOpen={isCancelling}
        onClose={() => {
          setCancelling(false);
          clearError();
        }}
        onConfirm={() => send("cancel", "Cancel job")}
        confirmLabel="Cancel the job"
        busy={isStarting}
      >
        <p>
          “{name}” stops after the step that runs now. What it has done is undone where that is possible; the steps say
          what happened.
        </p>
        {error ? <ErrorBar error={error} /> : null}
      </ConfirmDialog>
    </>
  );
}
