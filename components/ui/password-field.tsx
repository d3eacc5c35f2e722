"use client";
import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextField as AriaTextField } from "react-aria-components/TextField";
import { IconButton } from "./icon-button";
import { errorClass, hintClass, inputClass, labelClass } from "./text-field";

/** A secret: hidden until its owner wants to see it. */
export function PasswordField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly error?: string | null;
  readonly autoComplete?: "new-password" | "off";
}) {
  const [isShown, setShown] = useState(false);
  return (
    <AriaTextField
      type={isShown ? "text" : "password"}
      value={props.value}
      onChange={props.onChange}
      isRequired
      isInvalid={Boolean(props.error)}
      autoComplete={props.autoComplete ?? "off"}
      className="flex flex-col gap-1"
    >
      <Label className={labelClass}>{props.label}</Label>
      <div className="relative">
        <Input className={`${inputClass} pr-11 font-mono`} spellCheck={false} />
        <IconButton
          label={isShown ? "Hide characters" : "Show characters"}
          icon={isShown ? <EyeOff /> : <Eye />}
          onPress={() => setShown(!isShown)}
          className="absolute inset-y-0 right-1 my-auto text-muted"
        />
      </div>
      {props.hint ? (
        <Text slot="description" className={hintClass}>
          {props.hint}
        </Text>
      ) : null}
      <FieldError className={errorClass}>{props.error ?? undefined}</FieldError>
    </AriaTextField>
  );
}
