"use client";
import { Label } from "react-aria-components/Label";
import { Radio, RadioGroup } from "react-aria-components/RadioGroup";
import { labelClass } from "./text-field";

export interface RadioOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** What choosing it means. */
  readonly explanation: string;
}

/** One of a few, each explained where it is chosen. Arrow keys move between them. */
export function RadioChoice<Value extends string>(props: {
  readonly label: string;
  readonly options: readonly RadioOption<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  return (
    <RadioGroup
      value={props.value}
      onChange={(value) => {
        const chosen = props.options.find((option) => option.value === value);
        if (chosen) props.onChange(chosen.value);
      }}
      className="flex flex-col gap-2"
    >
      <Label className={labelClass}>{props.label}</Label>
      {props.options.map((option) => (
        <Radio key={option.value} value={option.value} className="group flex items-start gap-2.5">
          <span
            aria-hidden
            className="mt-0.5 grid size-4.5 shrink-0 place-items-center rounded-full border border-line-strong bg-surface group-data-[focus-visible]:outline-2 group-data-[focus-visible]:outline-offset-2 group-data-[focus-visible]:outline-accent group-data-[selected]:border-accent-fill"
          >
            <span className="size-2.5 rounded-full group-data-[selected]:bg-accent-fill" />
          </span>
          <span className="min-w-0">
            {option.label}
            <span className="block text-[0.8125rem] text-muted">{option.explanation}</span>
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
