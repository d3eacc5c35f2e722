"use client";
import { TextField } from "@/components/ui/text-field";
import type { ActionFieldsProps } from "./action-fields";

/** How long a runbook or a webhook may take. */
export function LimitField({ form, change, problemAt }: ActionFieldsProps) {
  return (
    <TextField
      label="Time limit, in seconds"
      hint="After it the action is ended and has failed."
      inputMode="numeric"
      value={form.limitSeconds}
      onChange={(limitSeconds) => change({ limitSeconds })}
      error={problemAt("limitSeconds")}
      isRequired
    />
  );
}
