"use client";
import { Figure } from "@/components/ui/figure";
import { formatCount, formatDuration, formatPlural } from "@/components/ui/format";
import { MessageBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { nameInId, pages } from "@/lib/client/paths";
import { EvidenceDisks } from "./evidence-disks";
import { EvidenceFailback } from "./evidence-failback";
import type { Run } from "./run";

const titles: Record<Run["kind"], string> = {
  TestFailover: "Test failover",
  PlannedFailover: "Planned failover",
  UnplannedFailover: "Unplanned failover",
  ChangeRecoveryPoint: "Change of recovery point",
  Failback: "Failback",
  CancelFailover: "Cancelled failover",
};
const tones: Readonly<Record<string, StatusTone>> = { Succeeded: "good", Failed: "bad", Cancelled: "idle" };

export function EvidenceRun({ run, vaultName }: { readonly run: Run; readonly vaultName: string }) {
  return (
    <article aria-label={titles[run.kind]} className="flex flex-col gap-4">
      <header className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h3 className="font-semibold">{titles[run.kind]}</h3>
        <StatusBadge tone={tones[run.state] ?? "busy"}>
          {run.state === "InProgress" ? "In progress" : run.state}
        </StatusBadge>
        <span className="text-[0.8125rem] text-muted">
          <ExactTime at={run.startedAt} />
          {run.endedAt === null ? null : `, took ${formatDuration(secondsBetween(run.startedAt, run.endedAt))}`}
        </span>
        <TextLink href={pages.job(vaultName, nameInId(run.jobId, "replicationJobs") ?? run.jobId)}>
          Open the job
        </TextLink>
      </header>
      <Figures run={run} />
      {run.failback ? <EvidenceFailback failback={run.failback} /> : null}
      {run.recoveryPoint ? (
        <p className="text-[0.8125rem] text-muted">
          Recovery point of <ExactTime at={run.recoveryPoint.at} />
          {run.recoveryPoint.orders ? `, which holds ${formatPlural(run.recoveryPoint.orders.count, "order")}` : ""}.
        </p>
      ) : null}
      {run.disks.length > 0 ? <EvidenceDisks disks={run.disks} isOver={run.cleanup !== null} /> : null}
      <CleanupProof cleanup={run.cleanup} what={run.kind === "TestFailover" ? "test" : "machine in Azure"} />
    </article>
  );
}

/** A clock that was set back in between makes no duration negative. */
const secondsBetween = (from: string, to: string) =>
  Math.max(0, (new Date(to).getTime() - new Date(from).getTime()) / 1000);

function Figures({ run }: { readonly run: Run }) {
  const lost = run.ordersLost;
  return (
    <div className="grid grid-cols-2 gap-4 sm:grid-cols-3 xl:grid-cols-5">
      {lost === null ? null : (
        <Figure
          value={formatCount(lost)}
          label="Orders lost"
          note={
            <StatusBadge tone={lost === 0 ? "good" : "warn"}>
              {lost === 0
                ? "Nothing lost"
                : run.kind === "CancelFailover"
                  ? "Taken in Azure"
                  : "Written after the point"}
            </StatusBadge>
          }
        />
      )}
      {run.secondsLost === null ? null : <Figure value={formatDuration(run.secondsLost)} label="Time lost" />}
      <Figure
        value={run.ordersAtSource === null ? "–" : formatCount(run.ordersAtSource)}
        label={run.kind === "Failback" ? "Orders in Azure at the end" : "Orders at the source"}
      />
      <Figure
        value={run.ordersOnReplica === null ? "–" : formatCount(run.ordersOnReplica)}
        label={run.kind === "Failback" ? "Orders found on-premises" : "Orders the replica found"}
      />
      <Figure
        value={run.firstLineMs === null ? "–" : formatDuration(run.firstLineMs / 1000)}
        label="Start to first line"
        note={run.firstLineMs === null ? "Not booted" : null}
      />
    </div>
  );
}

function CleanupProof({ cleanup, what }: { readonly cleanup: Run["cleanup"]; readonly what: string }) {
  if (cleanup === null) return null;
  const isClean = cleanup.remainingResources.length === 0;
  return (
    <MessageBar
      tone={isClean ? "success" : "error"}
      title={
        isClean
          ? `Cleaned up: a listing shows that nothing of the ${what} is left.`
          : `Not cleaned up: ${formatPlural(cleanup.remainingResources.length, "resource")} left.`
      }
    >
      <p className="text-[0.8125rem]">
        <ExactTime at={cleanup.at} />
        {cleanup.notes === "" ? "" : ` – ${cleanup.notes}`}
      </p>
      {isClean ? null : (
        <ul className="list-disc pl-5 text-[0.8125rem]">
          {cleanup.remainingResources.map((resource) => (
            <li key={resource}>{resource}</li>
          ))}
        </ul>
      )}
    </MessageBar>
  );
}
