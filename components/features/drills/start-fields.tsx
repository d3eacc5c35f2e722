"use client";
import { useQuery } from "@tanstack/react-query";
import { fieldProblem } from "@/components/shell/field-problem";
import { useNow } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import type { ArmError } from "@/lib/client/arm-error";
import { drillsQuery } from "@/lib/client/queries/drills";
import { isTimeZone } from "@/lib/domain/bandwidth";
import { describeCron, nextInstants } from "@/lib/domain/drill-schedule";
import { isInWindows } from "@/lib/domain/drill-start";
import { cronDraftProblem, cronExamples, type DrillDraft } from "./drill-draft";
import { zonedTime } from "./drill-status";

export interface DrillFieldsProps {
  readonly draft: DrillDraft;
  readonly set: (changes: Partial<DrillDraft>) => void;
  readonly error: ArmError | null;
}

const triggers = [
  { value: "Schedule", label: "By a schedule" },
  { value: "AfterDrill", label: "After another drill" },
];
const ends = [
  { value: "Succeeded", label: "has succeeded" },
  { value: "Ended", label: "has ended, whatever came of it" },
];

/** By which clock, or after which drill. */
export function StartFields(props: DrillFieldsProps & { readonly vaultName: string; readonly ownName: string | null }) {
  const { draft, set, error } = props;
  return (
    <>
      <Select
        label="Starts"
        options={triggers}
        value={draft.trigger}
        onChange={(value) => set({ trigger: value === "AfterDrill" ? "AfterDrill" : "Schedule" })}
        isRequired
      />
      {draft.trigger === "Schedule" ? <ScheduleFields {...props} /> : <ChainFields {...props} />}
      <TextField
        label="Time zone"
        isRequired
        value={draft.timeZone}
        onChange={(timeZone) => set({ timeZone })}
        hint="Of the schedule and of the windows, for example Europe/Berlin."
        error={fieldProblem(null, error, "timeZone")}
      />
    </>
  );
}

function ScheduleFields({ draft, set, error }: DrillFieldsProps) {
  const problem = cronDraftProblem(draft);
  const example = cronExamples.find(({ cron }) => cron === draft.cron.trim());
  return (
    <>
      <Select
        label="How often"
        options={[...cronExamples.map(({ cron, label }) => ({ value: cron, label })), OTHER]}
        value={example?.cron ?? OTHER.value}
        onChange={(cron) => set(cron === OTHER.value ? {} : { cron })}
      />
      <TextField
        label="Cron expression"
        hint="Minute, hour, day of the month, month, day of the week."
        mono
        isRequired
        value={draft.cron}
        onChange={(cron) => set({ cron })}
        error={problem ?? fieldProblem(null, error, "trigger.cron", "cron")}
      />
      {problem === null ? <NextDates draft={draft} /> : null}
    </>
  );
}

const OTHER = { value: "other", label: "As the expression below says" };

/** What the expression means, in words and in dates, while it is typed. */
function NextDates({ draft }: { readonly draft: DrillDraft }) {
  const { cron, timeZone, windows } = draft;
  // The dates change at most once a minute.
  const now = Math.floor(useNow() / 60_000) * 60_000;
  if (now === 0 || !isTimeZone(timeZone)) return null;
  const isOpen = (at: string) => isInWindows({ windows, timeZone }, new Date(at));
  return (
    <div role="group" aria-label="The next five starts" className="rounded-md bg-canvas px-3 py-2 text-[0.8125rem]">
      <p className="font-medium">{describeCron(cron)}</p>
      <ol className="mt-1 tabular-nums">
        {nextInstants(cron, timeZone, new Date(now), 5).map((at) => (
          <li key={at}>
            {zonedTime(at, timeZone)}
            {isOpen(at) ? "" : " (outside the windows)"}
          </li>
        ))}
      </ol>
    </div>
  );
}

function ChainFields(props: DrillFieldsProps & { readonly vaultName: string; readonly ownName: string | null }) {
  const { draft, set, error } = props;
  const drills = (useQuery(drillsQuery(props.vaultName)).data ?? []).filter(({ name }) => name !== props.ownName);
  return (
    <>
      <Select
        label="Drill that it follows"
        options={drills.map(({ name, properties }) => ({
          ...{ value: name, label: name, hint: `tests ${properties.recoveryPlanName ?? "a deleted plan"}` },
        }))}
        value={draft.afterDrill === "" ? null : draft.afterDrill}
        onChange={(afterDrill) => set({ afterDrill })}
        hint={drills.length === 0 ? "There is no other drill yet: create the one that starts first." : undefined}
        error={fieldProblem(null, error, "trigger", "trigger.drill", "drill")}
        isRequired
      />
      <Select
        label="Starts when that drill"
        options={ends}
        value={draft.afterWhen}
        onChange={(value) => set({ afterWhen: value === "Ended" ? "Ended" : "Succeeded" })}
        isRequired
      />
    </>
  );
}
