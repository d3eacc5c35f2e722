"use client";
import { useState } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api, apiVersions } from "@/lib/client/paths";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { ResynchronizationSettings } from "@/lib/domain/resynchronization";

const modes: readonly { value: ResynchronizationSettings["mode"]; label: string; hint: string }[] = [
  { value: "Automatic", label: "Automatically", hint: "At once, whenever it is required." },
  { value: "DuringHours", label: "Automatically during certain hours", hint: "It reads whole disks: at night, say." },
  { value: "Manual", label: "Manually", hint: "Nothing is replicated until somebody starts it." },
];

/** When a flagged machine may be resynchronized by itself. */
export function ResynchronizationPanel({
  item,
  settings,
  onClose,
}: {
  readonly item: ProtectedItemResource;
  readonly settings: ResynchronizationSettings;
  readonly onClose: () => void;
}) {
  const { mode, hoursStart, hoursEnd, timeZone } = settings;
  const [draft, setDraft] = useState<ResynchronizationSettings>({ mode, hoursStart, hoursEnd, timeZone });
  const { run, isStarting, error } = useOperation();
  const set = (changes: Partial<ResynchronizationSettings>) => setDraft((before) => ({ ...before, ...changes }));
  const path = api.ofId(
    item.id,
    apiVersions.own,
    ...["providers", "Secondsite.Recovery", "resynchronization", "default"],
  );
  const submit = () =>
    run({
      title: "Change resynchronization",
      subject: item.properties.friendlyName,
      start: () => startOperation("PUT", path, { properties: draft }),
      onAccepted: onClose,
    });
  const rest = elsewhere(error, "mode", "hoursStart", "hoursEnd", "timeZone");
  return (
    <SidePanel
      title={`Resynchronization of ${item.properties.friendlyName}`}
      isOpen
      onClose={onClose}
      onSubmit={submit}
      busy={isStarting}
      message={rest ? <ErrorBar error={rest} /> : null}
    >
      <Select
        label="When it is required"
        value={draft.mode}
        onChange={(value) => set({ mode: modes.find((one) => one.value === value)?.value ?? "Automatic" })}
        options={modes}
      />
      {draft.mode === "DuringHours" ? (
        <>
          <div className="grid grid-cols-2 gap-4">
            <TextField
              label="From"
              isRequired
              value={draft.hoursStart}
              onChange={(value) => set({ hoursStart: value })}
              error={fieldProblem(null, error, "hoursStart")}
            />
            <TextField
              label="Until"
              isRequired
              value={draft.hoursEnd}
              onChange={(value) => set({ hoursEnd: value })}
              error={fieldProblem(null, error, "hoursEnd")}
            />
          </div>
          <TextField
            label="Time zone"
            isRequired
            value={draft.timeZone}
            onChange={(value) => set({ timeZone: value })}
            hint="For example Europe/Berlin."
            error={fieldProblem(null, error, "timeZone")}
          />
        </>
      ) : null}
    </SidePanel>
  );
}
