"use client";
import { useQuery } from "@tanstack/react-query";
import { Card } from "@/components/ui/card";
import { KeyValue } from "@/components/ui/key-value";
import { ExactTime } from "@/components/ui/relative-time";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import { protectedItemsQuery } from "@/lib/client/queries/protected-items";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { CompleteActionForm } from "./complete-action-form";
import { CompleteFailoverForm } from "./complete-failover-form";
import { JobDuration } from "./job-duration";
import { JobErrors } from "./job-errors";
import { allErrors, realTime, stepRows, readableError } from "./job-model";
import { JobStatus } from "./job-status";
import { JobSteps } from "./job-steps";
import { planRunOf, RunFacts } from "./run-facts";
import { RunTimeline } from "./run-timeline";

/** Jobs whose course is written down for a report. */
const RECORDED = new Set(["TestFailover", "PlannedFailover", "UnplannedFailover", "Failback"]);

/** One job: where it stands, what it waits for, what went wrong, and its steps as they run. */
export function JobDetail({ job, vaultName }: { readonly job: ReplicationJobResource; readonly vaultName: string }) {
  const { properties } = job;
  return (
    <div className="flex flex-col gap-5">
      <CompleteActionForm job={job} vaultName={vaultName} />
      <CompleteFailoverForm job={job} vaultName={vaultName} />
      <JobErrors errors={errorsOfNoStep(job)} />
      <Card>
        <KeyValue
          columns={3}
          entries={[
            {
              label: "Status",
              value: <JobStatus state={properties.state} description={properties.stateDescription} />,
            },
            { label: "For", value: <Target job={job} vaultName={vaultName} /> },
            { label: "Duration", value: <JobDuration start={properties.startTime} end={properties.endTime} /> },
            { label: "Started", value: <ExactTime at={realTime(properties.startTime)} fallback="not yet" /> },
            { label: "Ended", value: <ExactTime at={realTime(properties.endTime)} fallback="not yet" /> },
            ...(RECORDED.has(properties.scenarioName)
              ? [
                  {
                    label: "Evidence",
                    value: <TextLink href={pages.evidence(vaultName, job.name)}>Evidence and report</TextLink>,
                  },
                ]
              : []),
            { label: "Job id", value: <span className="font-mono text-[0.8125rem]">{job.name}</span> },
          ]}
        />
      </Card>
      {planRunOf(job) === null ? null : (
        <Card title="Run of the plan">
          <RunFacts job={job} vaultName={vaultName} />
        </Card>
      )}
      <Card title="Steps">
        {properties.targetInstanceType === "RecoveryPlan" ? (
          <RunTimeline job={job} vaultName={vaultName} />
        ) : (
          <JobSteps job={job} vaultName={vaultName} />
        )}
      </Card>
    </div>
  );
}

/** A step shows its own errors; above the steps stand only those that belong to none. */
function errorsOfNoStep(job: ReplicationJobResource) {
  const inSteps = stepRows(job.properties.tasks)
    .flatMap(({ task }) => task.errors)
    .map((error) => readableError(error).message);
  return allErrors(job).filter((error) => !inSteps.includes(error.message));
}

/** A job names its target by the service's internal id; items carry the same as their correlation id. */
function Target({ job, vaultName }: { readonly job: ReplicationJobResource; readonly vaultName: string }) {
  const { targetObjectId, targetObjectName, targetInstanceType } = job.properties;
  const isMachine = targetInstanceType === "ProtectionEntity";
  const items = useQuery({ ...protectedItemsQuery(vaultName), enabled: isMachine }).data ?? [];
  const item = items.find(({ properties }) => properties.eventCorrelationId === targetObjectId);
  if (item) return <TextLink href={pages.protectedItem(vaultName, item.name)}>{targetObjectName}</TextLink>;
  if (targetInstanceType === "RecoveryPlan")
    return <TextLink href={pages.recoveryPlan(vaultName, targetObjectName)}>{targetObjectName}</TextLink>;
  return <>{targetObjectName}</>;
}
