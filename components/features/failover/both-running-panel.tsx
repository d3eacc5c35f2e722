"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ErrorBar, MessageBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { standingQuery } from "@/lib/client/queries/protected-items";
import type { FailoverStanding } from "@/lib/contract/failover-standing";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { failoverRequests, type BothRunningChoice } from "./failover-requests";

type Standing = FailoverStanding["properties"];

export interface BothRunningPanelProps {
  readonly vaultName: string;
  readonly item: ProtectedItemResource;
  /** The console of one of the two, where the page does not show both anyway. */
  readonly renderConsole?: (machineId: string, title: string) => ReactNode;
}

export const runsTwice = (item: ProtectedItemResource) =>
  item.properties.healthErrors.some(({ errorId }) => errorId === "MachineRunsTwice");

/** Two of one machine: what they are, and what may be done. Nothing happens before somebody decides. */
export function BothRunningPanel({ vaultName, item, renderConsole }: BothRunningPanelProps) {
  const standing = useQuery(standingQuery(vaultName, item)).data?.properties;
  if (!runsTwice(item) || !standing?.bothRunning) return null;
  const { bothRunning, source, replica } = standing;
  return (
    <Card
      title={`${item.properties.friendlyName} runs in two places`}
      description="Its source and its replica both take orders, each on its own disks. Decide which one is to go on; what the other one has written since is lost."
      className="border-bad/60"
    >
      <div className="flex flex-col gap-4">
        <p>
          Since <ExactTime at={bothRunning.since} />: at the host {source.hostName ?? "of the site"}, and as{" "}
          {replica?.name ?? "its replica"} in Azure.
        </p>
        {bothRunning.left ? (
          <MessageBar tone="info" title="Somebody has decided to leave both running.">
            <ExactTime at={bothRunning.left.at} /> – {bothRunning.left.reason}
          </MessageBar>
        ) : null}
        {renderConsole && replica ? (
          <div className="grid gap-6 xl:grid-cols-2">
            {renderConsole(source.machineId, "Source, on-premises")}
            {renderConsole(replica.machineId, "Replica in Azure")}
          </div>
        ) : null}
        <Choices item={item} standing={standing} />
      </div>
    </Card>
  );
}

function Choices({ item, standing }: { readonly item: ProtectedItemResource; readonly standing: Standing }) {
  const client = useQueryClient();
  const { run, isStarting, error, clearError } = useOperation();
  const [reason, setReason] = useState("");
  const disabled = (choice: BothRunningChoice) =>
    standing.choices.find((one) => one.choice === choice)?.disabledReason ?? null;
  const send = (title: string, request: ReturnType<typeof failoverRequests.resolve>) =>
    run({
      title,
      subject: item.properties.friendlyName,
      start: () => startOperation(request.method, request.path, request.body),
      onAccepted: () => void client.invalidateQueries(),
    });
  const resolve = (choice: BothRunningChoice, title: string) =>
    send(title, failoverRequests.resolve(item, choice, reason));
  const canCancel = item.properties.allowedOperations.includes("CancelFailover");
  return (
    <div className="flex flex-col gap-3">
      <TextField
        label="Reason"
        hint="Kept with the vault's events. Required to leave both."
        value={reason}
        onChange={setReason}
      />
      <div className="flex flex-wrap gap-2">
        <Button
          busy={isStarting}
          disabledReason={disabled("ShutDownSource")}
          onPress={() => resolve("ShutDownSource", "Shut down the on-premises machine")}
        >
          Shut down the on-premises machine
        </Button>
        {canCancel ? (
          <Button busy={isStarting} onPress={() => send("Cancel failover", failoverRequests.cancelFailover(item))}>
            Cancel the failover
          </Button>
        ) : (
          <Button
            busy={isStarting}
            disabledReason={disabled("StopReplica")}
            onPress={() => resolve("StopReplica", "Shut down the machine in Azure")}
          >
            Shut down the machine in Azure
          </Button>
        )}
        <Button
          busy={isStarting}
          disabledReason={reason.trim() === "" ? "Say why both are to run." : disabled("LeaveBoth")}
          onPress={() => resolve("LeaveBoth", "Leave both running")}
        >
          I know: leave both running
        </Button>
      </div>
      {error ? <ErrorBar error={error} onDismiss={clearError} /> : null}
    </div>
  );
}
