"use client";
import { Plus, Trash2 } from "lucide-react";
import { fieldProblem } from "@/components/shell/field-problem";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import { WEEKDAYS } from "@/lib/domain/bandwidth";
import { newWindow, type DrillWindow } from "./drill-draft";
import type { DrillFieldsProps } from "./start-fields";

const misses = [
  { value: "Skip", label: "Skip it", hint: "It is kept in the history, with the reason, and an event tells of it." },
  { value: "RunLate", label: "Run it late", hint: "As soon as the portal runs and a window is open." },
];

/** Days and hours within which it may start, and what becomes of a start that could not be made. */
export function WindowFields({ draft, set, error }: DrillFieldsProps) {
  const { windows } = draft;
  const put = (index: number, changed: DrillWindow | null) =>
    set({ windows: windows.flatMap((one, at) => (at !== index ? [one] : changed === null ? [] : [changed])) });
  return (
    <>
      {windows.map((window, index) => (
        <WindowField
          key={index}
          number={index + 1}
          window={window}
          onChange={(changed) => put(index, changed)}
          problem={fieldProblem(null, error, ...["days", "from", "until"].map((part) => `windows[${index}].${part}`))}
        />
      ))}
      <div className="flex flex-col items-start gap-1">
        <Button size="small" icon={<Plus />} onPress={() => set({ windows: [...windows, newWindow()] })}>
          Add a window
        </Button>
        {windows.length === 0 ? (
          <p className="text-[0.8125rem] text-muted">Without a window it may start at any time.</p>
        ) : null}
      </div>
      <Select
        label="A start that could not be made when it was due"
        options={misses}
        value={draft.whenMissed}
        onChange={(value) => set({ whenMissed: value === "RunLate" ? "RunLate" : "Skip" })}
        isRequired
      />
      {draft.whenMissed === "RunLate" ? (
        <TextField
          label="At most so many minutes late"
          inputMode="numeric"
          isRequired
          value={draft.graceMinutes}
          onChange={(graceMinutes) => set({ graceMinutes })}
          error={fieldProblem(null, error, "graceMinutes")}
        />
      ) : null}
    </>
  );
}

function WindowField(props: {
  readonly number: number;
  readonly window: DrillWindow;
  readonly onChange: (window: DrillWindow | null) => void;
  readonly problem: string | null;
}) {
  const { number, window, onChange, problem } = props;
  const { days, from, until } = window;
  return (
    <fieldset className="flex flex-col gap-3 rounded-md border border-line px-3 pb-3">
      <legend className="px-1 text-[0.8125rem] font-medium">Window {number}</legend>
      <div className="grid grid-cols-2 gap-2">
        {WEEKDAYS.map((day) => (
          <Checkbox
            key={day}
            isSelected={days.includes(day)}
            onChange={(on) =>
              onChange({ ...window, days: WEEKDAYS.filter((one) => (one === day ? on : days.includes(one))) })
            }
          >
            {day}
          </Checkbox>
        ))}
      </div>
      <div className="grid grid-cols-2 gap-4">
        <TextField label="From" isRequired value={from} onChange={(value) => onChange({ ...window, from: value })} />
        <TextField label="Until" isRequired value={until} onChange={(value) => onChange({ ...window, until: value })} />
      </div>
      {problem ? (
        <p role="alert" className="text-[0.8125rem] text-bad">
          {problem}
        </p>
      ) : null}
      <Button size="small" icon={<Trash2 />} onPress={() => onChange(null)} className="self-start">
        Remove window {number}
      </Button>
    </fieldset>
  );
}
