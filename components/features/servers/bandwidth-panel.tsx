"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { Checkbox } from "@/components/ui/checkbox";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { bandwidthQuery } from "@/lib/client/queries/infrastructure";
import type { BandwidthResource } from "@/lib/contract/bandwidth";
import { UPLOAD_THREADS_MAX, WEEKDAYS } from "@/lib/domain/bandwidth";
import { bandwidthDraft, bandwidthFromDraft, type BandwidthDraft } from "./bandwidth-draft";

export interface BandwidthPanelProps {
  readonly vaultName: string;
  readonly siteName: string;
  readonly onClose: () => void;
}

/** Upload limits of a site for work hours and the rest of the week. */
export function BandwidthPanel(props: BandwidthPanelProps) {
  const query = useQuery(bandwidthQuery(props.vaultName, props.siteName));
  const [first, setFirst] = useState<BandwidthResource | null>(null);
  // The figures come anew every two seconds; what is being typed must stay.
  if (first === null && query.data) setFirst(query.data);
  if (first !== null) return <BandwidthForm {...props} settings={first.properties} />;
  return (
    <SidePanel title={`Bandwidth of ${props.siteName}`} isOpen onClose={props.onClose}>
      <QueryView query={query} what="the bandwidth settings">
        {() => null}
      </QueryView>
    </SidePanel>
  );
}

const FIELDS = [
  "uploadThreads",
  "timeZone",
  "workHoursStart",
  "workHoursEnd",
  "workHoursMbps",
  "nonWorkHoursMbps",
  "resynchronizationReadMBps",
];
const threads = Array.from({ length: UPLOAD_THREADS_MAX }, (_, index) => String(index + 1));

function BandwidthForm({
  vaultName,
  siteName,
  onClose,
  settings,
}: BandwidthPanelProps & { readonly settings: BandwidthResource["properties"] }) {
  const [draft, setDraft] = useState<BandwidthDraft>(() => bandwidthDraft(settings));
  const { run, isStarting, error } = useOperation();
  const set = (changes: Partial<BandwidthDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const problemOf = (field: string) => fieldProblem(null, error, field);
  const submit = () =>
    run({
      title: "Change bandwidth",
      subject: siteName,
      start: () => startOperation("PUT", api.bandwidth(vaultName, siteName), { properties: bandwidthFromDraft(draft) }),
      onAccepted: onClose,
    });
  const rest = elsewhere(error, ...FIELDS);
  return (
    <SidePanel
      title={`Bandwidth of ${siteName}`}
      description="What replication may take of the site's line. Connected servers share the limit."
      isOpen
      onClose={onClose}
      onSubmit={submit}
      busy={isStarting}
      message={rest ? <ErrorBar error={rest} /> : null}
    >
      <TextField
        label="Limit in work hours, Mbit/s"
        value={draft.workHoursMbps}
        onChange={(workHoursMbps) => set({ workHoursMbps })}
        hint="Empty: no limit."
        inputMode="decimal"
        error={problemOf("workHoursMbps")}
      />
      <TextField
        label="Limit outside work hours, Mbit/s"
        value={draft.nonWorkHoursMbps}
        onChange={(nonWorkHoursMbps) => set({ nonWorkHoursMbps })}
        hint="Empty: no limit."
        inputMode="decimal"
        error={problemOf("nonWorkHoursMbps")}
      />
      <fieldset className="flex flex-col gap-2">
        <legend className="text-[0.8125rem] font-medium">Work days</legend>
        <div className="grid grid-cols-2 gap-2">
          {WEEKDAYS.map((day) => (
            <Checkbox
              key={day}
              isSelected={draft.workDays.includes(day)}
              onChange={(on) =>
                set({ workDays: WEEKDAYS.filter((one) => (one === day ? on : draft.workDays.includes(one))) })
              }
            >
              {day}
            </Checkbox>
          ))}
        </div>
      </fieldset>
      <div className="grid grid-cols-2 gap-4">
        <TextField
          label="Work hours begin"
          isRequired
          value={draft.workHoursStart}
          onChange={(workHoursStart) => set({ workHoursStart })}
          placeholder="09:00"
          error={problemOf("workHoursStart")}
        />
        <TextField
          label="Work hours end"
          isRequired
          value={draft.workHoursEnd}
          onChange={(workHoursEnd) => set({ workHoursEnd })}
          placeholder="18:00"
          error={problemOf("workHoursEnd")}
        />
      </div>
      <TextField
        label="Time zone"
        isRequired
        value={draft.timeZone}
        onChange={(timeZone) => set({ timeZone })}
        hint={`Of the site, for example ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`}
        error={problemOf("timeZone")}
      />
      <Select
        label="Uploads at a time"
        value={draft.uploadThreads}
        onChange={(uploadThreads) => set({ uploadThreads })}
        options={threads.map((value) => ({ value, label: value }))}
        hint="On each server. Under a low limit fewer are used, so that none takes minutes."
        error={problemOf("uploadThreads")}
      />
      <TextField
        label="Resynchronization reads at most, MB/s"
        value={draft.resynchronizationReadMBps}
        onChange={(resynchronizationReadMBps) => set({ resynchronizationReadMBps })}
        hint="It reads the whole disk: a limit leaves the source's storage to its own work. Empty: no limit."
        inputMode="decimal"
        error={problemOf("resynchronizationReadMBps")}
      />
    </SidePanel>
  );
}
