"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Consequences } from "@/components/ui/consequences";
import { formatPlural } from "@/components/ui/format";
import { FormDialog } from "@/components/ui/form-dialog";
import { MessageBar } from "@/components/ui/message-bar";
import { standingQuery } from "@/lib/client/queries/protected-items";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";

/** What the replica alone has is counted before anybody agrees to lose it. */
export function CancelFailoverDialog({ item, vaultName, onRun, ...frame }: VerbDialogProps) {
  const standing = useQuery(standingQuery(vaultName, item)).data?.properties;
  const [isSure, setSure] = useState(false);
  const silent = standing?.source.isConnected === false;
  const reason = silent
    ? "The site does not answer: the machine could not be started there."
    : isSure
      ? null
      : "Tick the box to say that what was written in Azure may be lost.";
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Cancel the failover of ${item.properties.friendlyName}`}
      submitLabel="Cancel the failover"
      disabledReason={reason}
      onSubmit={() => onRun(failoverRequests.cancelFailover(item))}
    >
      <p className="font-medium">
        Microsoft Azure (simulated region) → {item.properties.primaryFabricFriendlyName}, as it was
      </p>
      <Consequences>
        {[
          "The replica is shut down, the source machine is started again, and replication to Azure goes on.",
          "The replica and its disks are deleted.",
        ]}
      </Consequences>
      <LostOrders lost={standing?.replica?.ordersOnReplicaOnly ?? null} />
      <Checkbox isSelected={isSure} onChange={setSure}>
        What was written in Azure since the failover may be lost
      </Checkbox>
    </FormDialog>
  );
}

function LostOrders({ lost }: { readonly lost: number | null }) {
  if (lost === 0)
    return (
      <MessageBar tone="info" title="The replica has taken no order since the failover: none would be lost now." />
    );
  const title =
    lost === null
      ? "How many orders would be lost is not known: the replica does not tell."
      : `${formatPlural(lost, "order")} taken in Azure since the failover would be lost, counted now.`;
  return (
    <MessageBar tone="warning" title={title}>
      To keep them, commit the failover and fail the machine back instead.
    </MessageBar>
  );
}
