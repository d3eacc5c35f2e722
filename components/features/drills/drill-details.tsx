"use client";
import { Card } from "@/components/ui/card";
import { formatPlural } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { MessageBar } from "@/components/ui/message-bar";
import { ExactTime, RelativeTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import type { DrillResource } from "@/lib/contract/drills";
import { drillStatus, runStatus, zonedTime } from "./drill-status";

type Properties = DrillResource["properties"];

/** What the drill is set to, what it is doing, and when it starts next. */
export function DrillDetails({ vaultName, drill }: { readonly vaultName: string; readonly drill: DrillResource }) {
  const { properties } = drill;
  const { recoveryPlanName } = properties;
  const plan = (
    <TextLink href={pages.recoveryPlan(vaultName, recoveryPlanName ?? "")}>{recoveryPlanName ?? ""}</TextLink>
  );
  return (
    <>
      <OpenRun vaultName={vaultName} properties={properties} />
      <Card title="Drill">
        <KeyValue
          columns={3}
          entries={[
            {
              label: "Status",
              value: <StatusBadge tone={drillStatus(drill).tone}>{drillStatus(drill).text}</StatusBadge>,
            },
            { label: "Recovery plan", value: recoveryPlanName === null ? "deleted" : plan },
            { label: "Starts", value: properties.scheduleText },
            { label: "Windows", value: windowsText(properties) },
            { label: "Missed starts", value: missedText(properties) },
            { label: "Isolated network", value: properties.networkName ?? "not connected" },
            { label: "Recovery point", value: pointText(properties) },
            { label: "Clean up", value: cleanUpText(properties) },
            { label: "Last result", value: <LastResult properties={properties} /> },
          ]}
        />
      </Card>
      <NextStarts properties={properties} />
    </>
  );
}

function OpenRun({ vaultName, properties }: { readonly vaultName: string; readonly properties: Properties }) {
  const { openRun } = properties;
  if (openRun === null) return null;
  // While the plan waits for somebody, that is done in the job of the test.
  const atTest = openRun.waitsFor !== null && openRun.state === "Running" ? openRun.testJob : null;
  const job = atTest ?? openRun.job;
  const text =
    openRun.waitsFor ??
    (openRun.holdUntil === null ? `${runStatus(openRun).text}.` : "The test is up until it is completed by itself:");
  return (
    <MessageBar
      tone={openRun.waitsFor === null ? "info" : "warning"}
      title={text}
      actions={job === null ? null : <TextLink href={pages.job(vaultName, job)}>Open the job</TextLink>}
    >
      {openRun.holdUntil === null ? null : <ExactTime at={openRun.holdUntil} />}
    </MessageBar>
  );
}

function LastResult({ properties: { lastRun } }: { readonly properties: Properties }) {
  if (lastRun === null) return <>none yet</>;
  return (
    <span>
      <span className="inline-flex flex-wrap items-center gap-x-2">
        <StatusBadge tone={runStatus(lastRun).tone}>{runStatus(lastRun).text}</StatusBadge>
        <RelativeTime at={lastRun.endedAt} />
      </span>
      {lastRun.reason ? <span className="block text-[0.8125rem] text-muted">{lastRun.reason.message}</span> : null}
    </span>
  );
}

function NextStarts({ properties }: { readonly properties: Properties }) {
  const { nextStarts, timeZone, enabled, trigger } = properties;
  const none = !enabled
    ? "It is paused: enable it to let it start."
    : trigger.kind === "AfterDrill"
      ? `It starts when ${trigger.drillName} has ${trigger.when === "Succeeded" ? "succeeded" : "ended"}.`
      : "";
  return (
    <Card title="Next starts">
      {nextStarts.length === 0 ? (
        <p className="text-muted">{none}</p>
      ) : (
        <ol aria-label="Next starts" className="flex flex-col gap-1 tabular-nums">
          {nextStarts.map(({ at, skipped, inWindow }) => (
            <li key={at}>
              <span className={skipped ? "text-muted line-through" : ""}>{zonedTime(at, timeZone)}</span>
              {skipped ? <span className="text-muted"> left out by a person</span> : null}
              {!skipped && !inWindow ? <span className="text-warn"> outside the windows</span> : null}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function windowsText({ windows }: Properties): string {
  if (windows.length === 0) return "at any time";
  return windows.map(({ days, from, until }) => `${days.join(", ")}: ${from} to ${until}`).join("; ");
}

function missedText({ whenMissed, graceMinutes }: Properties): string {
  return whenMissed === "Skip" ? "skipped" : `run late, at most ${formatPlural(graceMinutes, "minute")}`;
}

const points: Record<Properties["recoveryPointType"], string> = {
  Latest: "latest",
  LatestProcessed: "latest processed",
  LatestApplicationConsistent: "latest application-consistent",
};
function pointText({ recoveryPointType, useMultiVmSyncPoint }: Properties): string {
  return `${points[recoveryPointType]}${useMultiVmSyncPoint ? "; shared by a consistency group" : ""}`;
}

function cleanUpText({ cleanUp }: Properties): string {
  if (cleanUp.kind === "ByPerson") return "when a person completes the test";
  return `by itself after ${formatPlural(cleanUp.minutes, "minute")}`;
}
