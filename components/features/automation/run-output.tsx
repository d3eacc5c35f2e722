"use client";
import { useQuery } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { useEffect, useRef } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { formatBytes, formatDuration } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { ErrorBar } from "@/components/ui/message-bar";
import { ScrollRegion } from "@/components/ui/scroll-region";
import { ExactTime } from "@/components/ui/relative-time";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { automationJobQuery, isOpen } from "@/lib/client/queries/automation";
import type { AutomationJobResource } from "@/lib/contract/automation";
import { AutomationJobStatus } from "./job-status";

/** One run of a runbook, live: its state, what it prints while it prints it, and why it failed. */
export function RunOutput(props: { readonly account: string; readonly job: string; readonly title: string }) {
  const { account, job, title } = props;
  const query = useQuery(automationJobQuery(account, job));
  const operation = useOperation();
  const stop = () =>
    operation.run({
      title: "Stop runbook",
      subject: query.data?.resource.properties.runbook.name ?? job,
      start: () => startOperation("POST", api.automation(account, "jobs", job, "stop")),
    });
  const running = query.data !== undefined && isOpen(query.data.resource);
  return (
    <Card
      title={title}
      actions={
        running ? (
          <Button size="small" icon={<Square />} onPress={stop} busy={operation.isStarting}>
            Stop
          </Button>
        ) : null
      }
    >
      <QueryView query={query} what="the run">
        {({ resource, output }) => (
          <div className="flex flex-col gap-4">
            <RunFacts job={resource} />
            {resource.properties.error ? <ErrorBar error={resource.properties.error} /> : null}
            {operation.error ? <ErrorBar error={operation.error} onDismiss={operation.clearError} /> : null}
            <OutputText text={output} isLive={isOpen(resource)} />
          </div>
        )}
      </QueryView>
    </Card>
  );
}

function RunFacts({ job }: { readonly job: AutomationJobResource }) {
  const { startTime, endTime, exitCode, outputBytes, version, startedBy, outputSha256 } = job.properties;
  const seconds = startTime && endTime ? (Date.parse(endTime) - Date.parse(startTime)) / 1000 : null;
  return (
    <KeyValue
      columns={3}
      entries={[
        { label: "Status", value: <AutomationJobStatus job={job} /> },
        { label: "What ran", value: version === null ? "The draft" : `Version ${version}` },
        { label: "Started by", value: startedBy },
        { label: "Started", value: <ExactTime at={startTime} fallback="not yet" /> },
        ...(seconds === null ? [] : [{ label: "Took", value: formatDuration(seconds) }]),
        ...(exitCode === null ? [] : [{ label: "Exit code", value: exitCode }]),
        ...(outputBytes === null ? [] : [{ label: "Printed", value: formatBytes(outputBytes) }]),
        ...(outputSha256 === null
          ? []
          : [
              {
                label: "SHA-256 of the output",
                value: <span className="font-mono text-[0.75rem] wrap-anywhere">{outputSha256}</span>,
              },
            ]),
      ]}
    />
  );
}

function OutputText({ text, isLive }: { readonly text: string; readonly isLive: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  // The newest line stays in view while it runs.
  useEffect(() => {
    if (isLive && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, isLive]);
  return (
    <ScrollRegion
      ref={box}
      role="log"
      label="Output"
      className="max-h-96 min-h-24 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-[0.8125rem] leading-5 whitespace-pre-wrap wrap-anywhere"
    >
      {text === "" ? (
        <span className="text-muted">{isLive ? "Nothing printed yet." : "It printed nothing."}</span>
      ) : (
        text
      )}
    </ScrollRegion>
  );
}
