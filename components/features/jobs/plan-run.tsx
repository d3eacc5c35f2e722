"use client";
import { useQuery } from "@tanstack/react-query";
import { ErrorBar } from "@/components/ui/message-bar";
import { Card } from "@/components/ui/card";
import { TextLink } from "@/components/ui/text-link";
import { toArmError } from "@/lib/client/arm-error";
import { pages } from "@/lib/client/paths";
import { jobQuery, jobsQuery } from "@/lib/client/queries/jobs";
import { CompleteActionForm } from "./complete-action-form";
import { CompleteFailoverForm } from "./complete-failover-form";
import { isOver } from "./job-model";
import { JobStatus } from "./job-status";
import { RunFacts } from "./run-facts";
import { RunTimeline } from "./run-timeline";

/** The newest run of a recovery plan with its steps as they happen, and the manual action it waits at. */
export function PlanRun(props: {
  readonly vaultName: string;
  readonly planName: string;
  /** The job that holds the plan now, when the plan names one. */
  readonly jobName: string | null;
}) {
  const { vaultName } = props;
  const jobs = useQuery(jobsQuery(vaultName)).data ?? [];
  const last = jobs.find(
    ({ properties }) =>
      properties.targetInstanceType === "RecoveryPlan" &&
      properties.targetObjectName.toLowerCase() === props.planName.toLowerCase(),
  );
  const name = props.jobName ?? last?.name ?? null;
  return name === null ? null : <Run vaultName={vaultName} jobName={name} />;
}

function Run({ vaultName, jobName }: { readonly vaultName: string; readonly jobName: string }) {
  const { data: job, error } = useQuery(jobQuery(vaultName, jobName));
  if (job === undefined) return error ? <ErrorBar error={toArmError(error)} /> : null;
  const { properties } = job;
  const title = `${isOver(properties.state) ? "Last run" : "Running"}: ${properties.friendlyName}`;
  return (
    <>
      <CompleteActionForm job={job} vaultName={vaultName} />
      <CompleteFailoverForm job={job} vaultName={vaultName} />
      <Card
        title={title}
        description={<JobStatus state={properties.state} description={properties.stateDescription} />}
        actions={<TextLink href={pages.job(vaultName, jobName)}>Open the job</TextLink>}
      >
        <details open={!isOver(properties.state)}>
          <summary className="text-muted">Steps</summary>
          <div className="mt-3 flex flex-col gap-5">
            <RunFacts job={job} vaultName={vaultName} />
            <RunTimeline job={job} vaultName={vaultName} />
          </div>
        </details>
      </Card>
    </>
  );
}
