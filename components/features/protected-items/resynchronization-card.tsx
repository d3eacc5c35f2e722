"use client";
import { useQuery } from "@tanstack/react-query";
import { RefreshCcwDot } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { formatBytes } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { ErrorBar } from "@/components/ui/message-bar";
import { Progress } from "@/components/ui/progress";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import { startOperation } from "@/lib/client/long-running";
import { api, apiVersions } from "@/lib/client/paths";
import { resynchronizationQuery } from "@/lib/client/queries/protected-items";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { ResynchronizationResource } from "@/lib/contract/resynchronization";
import { describeMode } from "@/lib/domain/resynchronization";
import { ResynchronizationPanel } from "./resynchronization-panel";

type State = ResynchronizationResource["properties"]["state"];
const looks: Record<State, { readonly tone: StatusTone; readonly text: string }> = {
  NotRequired: { tone: "good", text: "Not required" },
  Required: { tone: "warn", text: "Resynchronization required" },
  InProgress: { tone: "busy", text: "Resynchronizing" },
};

export interface ResynchronizationCardProps {
  readonly vaultName: string;
  readonly item: ProtectedItemResource;
}

/** Whether the machine must be compared with its replica, why, how far that is, and the command to do it now. */
export function ResynchronizationCard({ vaultName, item }: ResynchronizationCardProps) {
  const query = useQuery(resynchronizationQuery(vaultName, item));
  const [isEditing, setEditing] = useState(false);
  const { run, isStarting, error, clearError } = useOperation();
  const start = () =>
    run({
      title: "Resynchronize",
      subject: item.properties.friendlyName,
      start: () => startOperation("POST", api.ofId(item.id, apiVersions.siteRecovery, "repairReplication")),
    });
  return (
    <Card
      title="Resynchronization"
      description="Compares the disks with the last recovery point, block by block, and sends what differs."
      actions={
        <span className="flex gap-2">
          <Button onPress={() => setEditing(true)} disabledReason={query.data ? null : "The settings are being read."}>
            Settings
          </Button>
          <Button icon={<RefreshCcwDot />} busy={isStarting} disabledReason={whyNot(item, query.data)} onPress={start}>
            Resynchronize
          </Button>
        </span>
      }
    >
      {error ? <ErrorBar error={error} onDismiss={clearError} /> : null}
      <QueryView query={query} what="the resynchronization">
        {(resource) => <Details resource={resource} />}
      </QueryView>
      {isEditing && query.data ? (
        <ResynchronizationPanel item={item} settings={query.data.properties} onClose={() => setEditing(false)} />
      ) : null}
    </Card>
  );
}

function whyNot(item: ProtectedItemResource, resource: ResynchronizationResource | undefined): string | null {
  if (resource?.properties.state === "InProgress") return "It is running already.";
  if (item.properties.allowedOperations.includes("RepairReplication")) return null;
  return `Not possible while the machine's state is “${item.properties.protectionStateDescription}”.`;
}

function Details({ resource }: { readonly resource: ResynchronizationResource }) {
  const { properties } = resource;
  const { flag, last, progress } = properties;
  const { tone, text } = looks[properties.state];
  return (
    <div className="flex flex-col gap-4">
      <StatusBadge tone={tone}>{text}</StatusBadge>
      {flag ? (
        <p>
          {flag.reason} <span className="text-muted">Flagged </span>
          <ExactTime at={flag.flaggedAt} />
          <span className="text-muted">. {flag.allowedAt === null ? describeMode(properties) : ""}</span>
        </p>
      ) : null}
      {progress ? (
        <>
          <Progress label="Compared" bytes={{ done: progress.bytesCompared, total: progress.bytesTotal }} />
          <p className="text-[0.8125rem] text-muted">{formatBytes(progress.bytesSent)} sent so far.</p>
        </>
      ) : null}
      <KeyValue
        entries={[
          { label: "When it is required", value: describeMode(properties) },
          ...(last
            ? [
                { label: "Last one ended", value: <ExactTime at={last.endedAt} /> },
                { label: "Why", value: last.reason },
                { label: "Compared", value: comparedText(last) },
                { label: "Different", value: formatBytes(last.bytesDifferent) },
                { label: "Sent", value: `${formatBytes(last.bytesSent)} after compression` },
              ]
            : [{ label: "Last one", value: "never needed so far" }]),
        ]}
      />
    </div>
  );
}

function comparedText({ bytesCompared, bytesKept }: NonNullable<ResynchronizationResource["properties"]["last"]>) {
  const kept = bytesKept > 0 ? `, and ${formatBytes(bytesKept)} by an attempt that was interrupted` : "";
  return `${formatBytes(bytesCompared)}${kept}`;
}
