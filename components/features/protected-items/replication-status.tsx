"use client";
import { formatBytes, formatRate } from "@/components/ui/format";
import { ErrorBar } from "@/components/ui/message-bar";
import { Progress } from "@/components/ui/progress";
import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import type { ReplicationView } from "@/lib/contract/portal";

type Phase = ReplicationView["properties"]["phase"];
const phases: Record<Phase, { readonly tone: StatusTone; readonly text: string }> = {
  idle: { tone: "good", text: "Up to date" },
  initial: { tone: "busy", text: "Initial replication" },
  delta: { tone: "busy", text: "Sending changes" },
  resync: { tone: "busy", text: "Resynchronizing" },
  synchronizingBack: { tone: "busy", text: "Synchronizing back from Azure" },
  resyncRequired: { tone: "warn", text: "Resynchronization required" },
  waiting: { tone: "waiting", text: "Waiting for the site" },
  error: { tone: "bad", text: "Replication stopped" },
  disconnected: { tone: "bad", text: "The site does not answer" },
};

/** Everything on the disk is read, not only what the write logs name. */
const isFullPass = (phase: Phase) => phase === "initial" || phase === "resync" || phase === "synchronizingBack";

/** What is still to be sent and what the line carries now. */
function transferText(figures: ReplicationView["properties"]): string {
  const { backlogBytes, pendingBytes, sentBytesPerSecond, limitBytesPerSecond } = figures;
  const backlog =
    backlogBytes > 0
      ? `Backlog: ${formatBytes(backlogBytes)} still to be read and sent, ${formatBytes(pendingBytes)} of it in the write logs.`
      : "Nothing is waiting to be sent.";
  const sending = sentBytesPerSecond > 0 ? ` Sending ${formatRate(sentBytesPerSecond)}.` : "";
  const limit = limitBytesPerSecond === null ? "" : ` The host may send ${formatRate(limitBytesPerSecond)}.`;
  return `${backlog}${sending}${limit}`;
}

/** One cell: the bar while bytes travel, else what replication is doing. */
export function ReplicationCell({ replication }: { readonly replication: ReplicationView | undefined }) {
  if (!replication) return <span className="text-muted">–</span>;
  const { properties } = replication;
  const { tone, text } = phases[properties.phase];
  const travelling = isFullPass(properties.phase) || (properties.phase === "delta" && properties.bytesTotal > 0);
  if (!travelling) return <StatusBadge tone={tone}>{text}</StatusBadge>;
  return <ReplicationProgress replication={replication} />;
}

export function ReplicationProgress({ replication }: { readonly replication: ReplicationView }) {
  const { properties } = replication;
  return (
    <Progress
      label={phases[properties.phase].text}
      bytes={properties.bytesTotal > 0 ? { done: properties.bytesDone, total: properties.bytesTotal } : null}
      bytesPerSecond={properties.bytesPerSecond}
      secondsLeft={properties.secondsLeft}
    />
  );
}

/** The same with its figures and, when replication has stopped, why. */
export function ReplicationStatus({ replication }: { readonly replication: ReplicationView }) {
  const { properties } = replication;
  const { tone, text } = phases[properties.phase];
  return (
    <div className="flex flex-col gap-3">
      {isFullPass(properties.phase) || properties.phase === "delta" ? (
        <ReplicationProgress replication={replication} />
      ) : (
        <StatusBadge tone={tone}>{text}</StatusBadge>
      )}
      {properties.phase === "synchronizingBack" ? (
        <p className="text-[0.8125rem] text-muted">
          The site compares its disks with what was captured in Azure, then fetches what differs.
        </p>
      ) : (
        <p className="text-[0.8125rem] text-muted">{transferText(properties)}</p>
      )}
      {properties.error ? <ErrorBar error={properties.error} /> : null}
    </div>
  );
}
