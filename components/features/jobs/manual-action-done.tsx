import { formatBytes } from "@/components/ui/format";
import { ExactTime } from "@/components/ui/relative-time";
import { api } from "@/lib/client/paths";
import type { AsrTask } from "@/lib/contract/replication-jobs";
import { manualFacts } from "./action-task";
import { taskDetails } from "./job-model";

/** Who completed a manual action, when, with which words, and the files that prove it. */
export function ManualActionDone(props: {
  readonly task: AsrTask;
  readonly vaultName: string;
  readonly jobName: string;
}) {
  const { observation } = taskDetails(props.task);
  const facts = manualFacts(props.task);
  const evidence = facts?.evidence ?? [];
  return (
    <>
      {observation ? (
        <p className="text-[0.8125rem] wrap-anywhere">
          <span className="text-muted">Comment: </span>
          {observation}
        </p>
      ) : null}
      {facts?.completedBy ? (
        <p className="text-[0.8125rem]">
          <span className="text-muted">Completed by </span>
          {facts.completedBy}
          <span className="text-muted"> on </span>
          <ExactTime at={facts.completedAt} />
        </p>
      ) : null}
      {evidence.length > 0 ? (
        <ul aria-label={`Evidence of ${props.task.friendlyName}`} className="flex flex-wrap gap-x-4 text-[0.8125rem]">
          {evidence.map((file) => (
            <li key={file.sha256} className="wrap-anywhere">
              <a
                href={api.jobOwn(props.vaultName, props.jobName, "evidenceFiles", file.sha256)}
                download={file.fileName}
                className="text-accent underline underline-offset-2"
              >
                {file.fileName}
              </a>{" "}
              <span className="text-muted">{formatBytes(file.sizeBytes)}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
