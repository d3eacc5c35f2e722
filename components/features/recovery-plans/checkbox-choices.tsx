"use client";
import { Checkbox } from "@/components/ui/checkbox";

/** Several of a few. */
export function CheckboxChoices<T extends string>(props: {
  readonly legend: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly chosen: readonly T[];
  readonly onChange: (chosen: readonly T[]) => void;
  readonly error: string | null;
}) {
  const { options, chosen } = props;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-[0.8125rem] font-medium">{props.legend}</legend>
      {options.map(({ value, label }) => (
        <Checkbox
          key={value}
          isSelected={chosen.includes(value)}
          onChange={(isOn) => props.onChange(isOn ? [...chosen, value] : chosen.filter((one) => one !== value))}
        >
          {label}
        </Checkbox>
      ))}
      {props.error === null ? null : (
        <p role="alert" className="text-[0.8125rem] text-bad">
          {props.error}
        </p>
      )}
    </fieldset>
  );
}
