"use client";
import { clsx } from "clsx";
import { Check, ChevronDown } from "lucide-react";
import { Button } from "react-aria-components/Button";
import { FieldError } from "react-aria-components/FieldError";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Select as AriaSelect, SelectValue } from "react-aria-components/Select";
import { Text } from "react-aria-components/Text";
import { errorClass, hintClass, inputClass, labelClass } from "./text-field";

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string | undefined;
}

export interface SelectProps {
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string | null;
  readonly onChange: (value: string) => void;
  readonly name?: string;
  readonly hint?: string | undefined;
  readonly error?: string | null | undefined;
  readonly placeholder?: string;
  readonly isRequired?: boolean;
  readonly autoFocus?: boolean;
  readonly className?: string;
  /** The label is spoken but not shown (the surroundings say it). */
  readonly hideLabel?: boolean;
}

export function Select(props: SelectProps) {
  const { label, options, value, onChange, hint, error, className } = props;
  // A list that is still being asked for would not open when it is pressed, and say nothing: so it says it.
  const isEmpty = options.length === 0;
  return (
    <AriaSelect
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
      isInvalid={Boolean(error)}
      isDisabled={isEmpty}
      placeholder={isEmpty ? "Nothing to choose from yet" : (props.placeholder ?? "Choose…")}
      {...(props.name ? { name: props.name } : {})}
      {...(props.isRequired ? { isRequired: true } : {})}
      {...(props.autoFocus ? { autoFocus: true } : {})}
      className={clsx("flex min-w-0 flex-col gap-1", className)}
    >
      <Label className={clsx(labelClass, props.hideLabel && "sr-only")}>{label}</Label>
      <Button
        className={clsx(
          inputClass,
          "flex items-center justify-between gap-2 text-left data-[disabled]:border-line data-[disabled]:text-muted",
        )}
      >
        <SelectValue className="min-w-0 truncate data-[placeholder]:text-muted">
          {({ selectedText, defaultChildren }) => (selectedText === "" ? defaultChildren : selectedText)}
        </SelectValue>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
      </Button>
      {hint ? (
        <Text slot="description" className={hintClass}>
          {hint}
        </Text>
      ) : null}
      <FieldError className={errorClass}>{error ?? undefined}</FieldError>
      <Popover className="w-(--trigger-width) animate-fade-in overflow-auto rounded-md border border-line bg-raised p-1 shadow-panel">
        <ListBox items={options.map((option) => ({ ...option, id: option.value }))} className="outline-none">
          {(option) => (
            <ListBoxItem
              id={option.value}
              textValue={option.label}
              className="group flex items-start gap-2 rounded px-2 py-1.5 outline-none data-[focused]:bg-accent-soft"
            >
              <Check
                aria-hidden
                className="mt-0.5 size-4 shrink-0 text-accent opacity-0 group-data-[selected]:opacity-100"
              />
              <span className="min-w-0">
                <Text slot="label" className="block">
                  {option.label}
                </Text>
                {option.hint ? (
                  <Text slot="description" className={clsx(hintClass, "block")}>
                    {option.hint}
                  </Text>
                ) : null}
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
