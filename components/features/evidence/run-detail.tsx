"use client";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/figure";
import { formatDuration } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { MessageBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import type { FailoverRecordView } from "@/lib/contract/evidence";
import { kinds, outcomes, verdicts } from "./labels";
import { NotesCard } from "./notes-card";
import { RunMachine } from "./run-machine";
import { RunSteps } from "./run-steps";

type Properties = FailoverRecordView["properties"];

/** Everything that is kept of one run, for those who were not there. */
export function RunDetail({ run, vaultName }: { readonly run: FailoverRecordView; readonly vaultName: string }) {
  const { properties } = run;
  return (
    <>
      <Objectives properties={properties} />
      <Card title="Run">
        <KeyValue columns={3} entries={facts(run, vaultName)} />
      </Card>
      <Deviations deviations={properties.deviations} isOver={properties.outcome !== "InProgress"} />
      {properties.machines.map((machine) => (
        <RunMachine
          key={machine.protectedItemId}
          machine={machine}
          vaultName={vaultName}
          runName={run.name}
          isTest={properties.kind === "TestFailover"}
        />
      ))}
      <Card title="People">
        <ul className="flex flex-col gap-2">
          {properties.people.map((person) => (
            <li key={`${person.at} ${person.role} ${person.what}`}>
              <span className="font-medium">{person.who}</span> {roles[person.role]}: {person.what}
              <span className="block text-[0.8125rem] text-muted">
                <ExactTime at={person.at} />
                {person.program === null ? "" : `, with ${person.program}`}
              </span>
            </li>
          ))}
        </ul>
      </Card>
      <RunSteps steps={properties.steps} />
      <Cleanup properties={properties} />
      <NotesCard vaultName={vaultName} runName={run.name} notes={properties.notes} />
    </>
  );
}

const roles = { requested: "asked", approved: "approved", acted: "acted" } as const;

function Objectives({ properties }: { readonly properties: Properties }) {
  const { measured, targets, verdicts: found, outcome } = properties;
  const figure = (label: string, seconds: number | null, target: number | null, verdict: typeof found.rpo) => (
    <Figure
      value={seconds === null ? "–" : formatDuration(seconds)}
      label={label}
      note={
        <StatusBadge tone={verdicts[verdict].tone}>
          {target === null ? verdicts[verdict].text : `${verdicts[verdict].text}: ${formatDuration(target)}`}
        </StatusBadge>
      }
    />
  );
  const up = properties.machines.filter((machine) => machine.outcome === "Succeeded").length;
  return (
    <Card>
      <div className="grid grid-cols-2 gap-x-6 gap-y-5 lg:grid-cols-4">
        <Figure
          value={
            <StatusBadge tone={outcomes[outcome].tone} className="text-xl font-semibold">
              {outcomes[outcome].text}
            </StatusBadge>
          }
          label="Outcome"
        />
        {figure("Recovery point (RPO)", measured.rpoSeconds, targets.rpoSeconds, found.rpo)}
        {figure("Recovery time (RTO)", measured.rtoSeconds, targets.rtoSeconds, found.rto)}
        <Figure value={`${up} of ${properties.machines.length}`} label="Machines that succeeded" />
      </div>
    </Card>
  );
}

function facts({ name, properties }: FailoverRecordView, vaultName: string) {
  const { times, subject, planHash, drillId } = properties;
  const plan = subject.type === "RecoveryPlan";
  return [
    { label: "Kind", value: kinds[properties.kind] },
    {
      label: plan ? "Recovery plan" : "Machine",
      value: plan ? (
        <TextLink href={pages.recoveryPlan(vaultName, subject.name)}>{subject.name}</TextLink>
      ) : (
        subject.name
      ),
    },
    {
      label: "Direction",
      value: properties.direction === "PrimaryToRecovery" ? "Site → Azure (simulated)" : "Azure (simulated) → site",
    },
    { label: "Declared", value: <ExactTime at={times.declaredAt} /> },
    { label: "Source last heard of", value: <ExactTime at={times.detectedAt} fallback="It was not silent" /> },
    { label: "Decided", value: <ExactTime at={times.decidedAt} fallback="Not known" /> },
    { label: "Started", value: <ExactTime at={times.startedAt} fallback="Not yet" /> },
    { label: "Ended", value: <ExactTime at={times.endedAt} fallback="Not yet" /> },
    { label: "Last proof", value: <ExactTime at={times.verifiedAt} fallback="None" /> },
    { label: "Job", value: <TextLink href={pages.job(vaultName, name)}>Open the job</TextLink> },
    ...(planHash === null
      ? []
      : [
          {
            label: "SHA-256 of the plan as run",
            value: <span className="font-mono text-[0.8125rem]">{planHash}</span>,
          },
        ]),
    ...(drillId === null ? [] : [{ label: "Started by", value: "A scheduled drill" }]),
  ];
}

function Deviations(props: { readonly deviations: Properties["deviations"]; readonly isOver: boolean }) {
  const { deviations, isOver } = props;
  if (deviations.length === 0)
    return isOver ? (
      <MessageBar tone="success" title="No deviations: nothing was warned of, failed, left out or missed." />
    ) : null;
  return (
    <Card title="Deviations">
      <ul className="flex flex-col gap-2">
        {deviations.map(({ at, what }) => (
          <li key={`${at} ${what}`}>
            {what}
            <span className="block text-[0.8125rem] text-muted">
              <ExactTime at={at} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Cleanup({ properties: { cleanup } }: { readonly properties: Properties }) {
  if (cleanup === null) return null;
  const isClean = cleanup.after.length === 0;
  return (
    <Card title="Cleanup">
      <div className="flex flex-col gap-4">
        <MessageBar
          tone={isClean ? "success" : "error"}
          title={isClean ? "A listing shows that nothing is left." : "A listing shows that something is left."}
        >
          <p className="text-[0.8125rem]">
            <ExactTime at={cleanup.at} />
            {cleanup.notes === "" ? "" : ` – ${cleanup.notes}`}
          </p>
        </MessageBar>
        <Listing title="Before" resources={cleanup.before} whenEmpty="No listing was made." />
        <Listing title="After" resources={cleanup.after} whenEmpty="Nothing." />
      </div>
    </Card>
  );
}

function Listing(props: { readonly title: string; readonly resources: readonly string[]; readonly whenEmpty: string }) {
  const { title, resources, whenEmpty } = props;
  return (
    <div>
      <h3 className="text-[0.8125rem] font-semibold">{title}</h3>
      {resources.length === 0 ? <p className="text-muted">{whenEmpty}</p> : null}
      <ul className="list-disc pl-5 text-[0.8125rem] break-words">
        {resources.map((resource) => (
          <li key={resource}>{resource}</li>
        ))}
      </ul>
    </div>
  );
}
