"use client";
import { clsx } from "clsx";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import { TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from "react-aria-components/TextField";

export interface TextFieldProps extends Omit<AriaTextFieldProps, "children" | "className"> {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with the value, shown under it; null when nothing is. */
  readonly error?: string | null | undefined;
  readonly placeholder?: string;
  readonly multiline?: boolean;
  /** Of a field of several lines. */
  readonly rows?: number;
  readonly mono?: boolean;
  readonly className?: string;
  /** The first field of a form that the user has just opened: typing can begin at once. */
  readonly takesFocus?: boolean;
}

export const inputClass =
  "w-full rounded-md border border-line-strong bg-surface px-3 py-2 text-ink placeholder:text-muted data-[invalid]:border-bad hover:border-ink/50";
export const labelClass = "text-[0.8125rem] font-medium text-ink";
export const hintClass = "text-[0.8125rem] text-muted";
export const errorClass = "text-[0.8125rem] text-bad";

export function TextField({
  label,
  hint,
  error,
  placeholder,
  multiline,
  rows = 3,
  mono,
  className,
  takesFocus,
  ...rest
}: TextFieldProps) {
  const field = { placeholder: placeholder ?? "", className: clsx(inputClass, mono && "font-mono") };
  return (
    <AriaTextField
      {...rest}
      {...(takesFocus ? { autoFocus: true } : {})}
      isInvalid={Boolean(error)}
      className={clsx("flex flex-col gap-1", className)}
    >
      <Label className={labelClass}>
        {label}
        {rest.isRequired ? null : <span className="font-normal text-muted"> (optional)</span>}
      </Label>
      {multiline ? <TextArea rows={rows} {...field} /> : <Input {...field} />}
      {hint ? (
        <Text slot="description" className={hintClass}>
          {hint}
        </Text>
      ) : null}
      <FieldError className={errorClass}>{error ?? undefined}</FieldError>
    </AriaTextField>
  );
}
