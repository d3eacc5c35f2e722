"use client";
import { useId } from "react";
import { hintClass, inputClass, labelClass } from "./text-field";

/** An instant in the browser's time zone, to the second; empty: none. `value` and what is given back are the browser's own text. */
export function DateTimeField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
}) {
  const id = useId();
  const { label, value, onChange, hint } = props;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className={labelClass}>
        {label}
        <span className="font-normal text-muted"> (optional)</span>
      </label>
      <input
        id={id}
        type="datetime-local"
        step={1}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={inputClass}
        {...(hint ? { "aria-describedby": `${id}-hint` } : {})}
      />
      {hint ? (
        <p id={`${id}-hint`} className={hintClass}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

/** ISO 8601 UTC of what the field holds; null when it holds nothing. */
export function instantOf(value: string): string | null {
  const instant = new Date(value);
  return value === "" || Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}
