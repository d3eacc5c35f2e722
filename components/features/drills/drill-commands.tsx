"use client";
import { useRouter } from "next/navigation";
import { CirclePause, CirclePlay, Play, Settings2, SkipForward, Trash2 } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { useOperation } from "@/components/shell/use-operation";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ErrorBar } from "@/components/ui/message-bar";
import { startOperation } from "@/lib/client/long-running";
import { pages } from "@/lib/client/paths";
import type { DrillResource } from "@/lib/contract/drills";
import { DrillPanel } from "./drill-panel";
import { drillRequests, type DrillRequest } from "./drill-requests";

const UNDER_WAY = "A run of this drill is under way. Complete or cancel its job first.";

/** Run, skip, pause, change, delete: each with the reason when it is not possible now. */
export function DrillCommands({ vaultName, drill }: { readonly vaultName: string; readonly drill: DrillResource }) {
  const router = useRouter();
  const { run, isStarting, error, clearError } = useOperation();
  const [open, setOpen] = useState<"run" | "edit" | "delete" | null>(null);
  const { enabled, nextStarts, openRun, recoveryPlanName } = drill.properties;
  const isUnderWay = openRun !== null && openRun.state !== "Scheduled";
  const hasNext = nextStarts.some((start) => !start.skipped);
  const close = () => {
    setOpen(null);
    clearError();
  };
  const send = (title: string, request: DrillRequest, onSucceeded?: () => void) =>
    run({
      title,
      subject: drill.name,
      start: () => startOperation(request.method, request.path, request.body),
      onAccepted: () => setOpen(null),
      ...(onSucceeded ? { onSucceeded } : {}),
    });
  const noPlan = recoveryPlanName === null ? "Its recovery plan was deleted: choose another under Settings." : null;
  return (
    <>
      <Commands
        label={`Commands for ${drill.name}`}
        commands={[
          {
            ...{ id: "run", label: "Run now", icon: <Play />, onPress: () => setOpen("run") },
            disabledReason: isUnderWay ? UNDER_WAY : noPlan,
          },
          {
            ...{ id: "skip", label: "Skip next", icon: <SkipForward /> },
            onPress: () => send("Skip the next start", drillRequests.skipNext(vaultName, drill.name)),
            disabledReason: hasNext ? null : "It has no next start: it is paused, or follows another drill.",
          },
          {
            ...{ id: "pause", label: enabled ? "Pause" : "Enable" },
            icon: enabled ? <CirclePause /> : <CirclePlay />,
            onPress: () =>
              send(enabled ? "Pause drill" : "Enable drill", drillRequests.enable(vaultName, drill.name, !enabled)),
          },
          { id: "edit", label: "Settings", icon: <Settings2 />, onPress: () => setOpen("edit") },
          {
            ...{ id: "delete", label: "Delete", icon: <Trash2 />, onPress: () => setOpen("delete"), isDanger: true },
            disabledReason: isUnderWay ? UNDER_WAY : null,
          },
        ]}
      />
      {error && open !== "edit" ? <ErrorBar error={error} onDismiss={clearError} /> : null}
      {open === "edit" ? <DrillPanel vaultName={vaultName} drill={drill} onClose={close} /> : null}
      <ConfirmDialog
        title={`Run ${drill.name} now`}
        isOpen={open === "run"}
        onClose={close}
        onConfirm={() => send("Run drill", drillRequests.run(vaultName, drill.name))}
        confirmLabel="Run drill"
        isDanger={false}
        busy={isStarting}
      >
        <p>
          The recovery plan {recoveryPlanName} is tested in an isolated network, whatever the schedule and the windows
          say. The sources and their replication are not touched.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        title={`Delete ${drill.name}`}
        isOpen={open === "delete"}
        onClose={close}
        onConfirm={() =>
          send("Delete drill", drillRequests.remove(vaultName, drill.name), () =>
            router.push(pages.vaultTab(vaultName, "drills")),
          )
        }
        confirmLabel="Delete drill"
        busy={isStarting}
      >
        <p>The drill and its history are deleted. The jobs and the records of its test failovers stay.</p>
      </ConfirmDialog>
    </>
  );
}
