import { formatBytes, formatDuration } from "@/components/ui/format";
import { LogPane } from "@/components/ui/log-pane";
import type { AsrTask } from "@/lib/contract/replication-jobs";
import { actionOutput } from "./action-task";

/** What a runbook prints, while it prints it, or what a webhook was answered. */
export function ActionOutput({ task }: { readonly task: AsrTask }) {
  const output = actionOutput(task);
  if (output === null) return null;
  const isLive = task.state === "InProgress";
  if (output.kind === "runbook") {
    const shown = new TextEncoder().encode(output.text).length;
    return (
      <>
        {output.bytes > shown ? (
          <p className="text-[0.8125rem] text-muted">
            The last {formatBytes(shown)} of {formatBytes(output.bytes)}.
          </p>
        ) : null}
        <LogPane
          label={`Output of ${task.friendlyName}`}
          text={output.text}
          isLive={isLive}
          empty={isLive ? "It has printed nothing yet." : "It printed nothing."}
        />
      </>
    );
  }
  return (
    <div className="flex flex-col gap-1 text-[0.8125rem]">
      <p className="wrap-anywhere">
        <span className="text-muted">POST </span>
        <span className="font-mono">{output.url}</span>
        {output.status === null ? null : (
          <span className="font-medium">
            {" "}
            answered {output.status}
            {output.seconds === null ? "" : ` in ${formatDuration(output.seconds)}`}
          </span>
        )}
      </p>
      {output.body === "" ? null : (
        <LogPane label={`Answer to ${task.friendlyName}`} text={output.body} isLive={false} empty="" />
      )}
    </div>
  );
}
