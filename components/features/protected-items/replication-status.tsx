"use client";
import { formatBytes } from "@/components/ui/format";
import { ErrorBar } from "@/components/ui/message-bar";
import { Progress } from "@/components/ui/progress";
import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import type { ReplicationView } from "@/lib/contract/portal";

type Phase = ReplicationView["properties"]["phase"];
const phases: Record<Phase, { readonly tone: StatusTone; readonly text: string }> = {
  idle: { tone: "good", text: "Up to date" },
  initial: { tone: "busy", text: "Initial replication" },
  delta: { tone: "busy", text: "Sending changes" },
  waiting: { tone: "waiting", text: "Waiting for the site" },
  error: { tone: "bad", text: "Replication stopped" },
  disconnected: { tone: "bad", text: "The site does not answer" },
};

/** One cell: the bar while bytes travel, else what replication is doing. */
export function ReplicationCell({ replication }: { readonly replication: ReplicationView | undefined }) {
  if (!replication) return <span className="text-muted">–</span>;
  const { properties } = replication;
  const { tone, text } = phases[properties.phase];
  const travelling = properties.phase === "initial" || (properties.phase === "delta" && properties.bytesTotal > 0);
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
      {properties.phase === "initial" || properties.phase === "delta" ? (
        <ReplicationProgress replication={replication} />
      ) : (
        <StatusBadge tone={tone}>{text}</StatusBadge>
      )}
      {properties.pendingBytes > 0 ? (
        <p className="text-[0.8125rem] text-muted">
          {formatBytes(properties.pendingBytes)} written at the source and not yet sent.
        </p>
      ) : null}
      {properties.error ? <ErrorBar error={properties.error} /> : null}
    </div>
  );
}
