"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { FormDialog } from "@/components/ui/form-dialog";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { TIMEOUT_SECONDS_MAX, TRIAL_TIMEOUT_SECONDS } from "@/lib/domain/automation";
import { SAMPLE_CONTEXT_TEXT } from "./starter-text";

/** Runs the draft, or what is published, by itself, with a context that can be changed. */
export function TestDialog(props: {
  readonly account: string;
  readonly runbook: string;
  readonly isDraft: boolean;
  readonly onStarted: (job: string) => void;
  readonly onClose: () => void;
}) {
  const { account, runbook, isDraft, onStarted, onClose } = props;
  const operation = useOperation();
  const [context, setContext] = useState(SAMPLE_CONTEXT_TEXT);
  const [timeout, setTimeoutText] = useState(String(TRIAL_TIMEOUT_SECONDS));
  const contextProblem = isJsonObject(context) ? null : "This is not a JSON object.";
  const seconds = Number(timeout);
  const timeoutProblem =
    Number.isInteger(seconds) && seconds >= 1 && seconds <= TIMEOUT_SECONDS_MAX
      ? null
      : `A whole number of seconds, from 1 to ${TIMEOUT_SECONDS_MAX}.`;
  const start = () => {
    const job = crypto.randomUUID();
    const parameters = { RecoveryPlanContext: context };
    const properties = { runbook: { name: runbook }, isDraft, parameters, timeoutSeconds: seconds };
    operation.run({
      title: isDraft ? "Test runbook" : "Run runbook",
      subject: runbook,
      start: () => startOperation("PUT", api.automation(account, "jobs", job), { properties }),
      onAccepted: () => onStarted(job),
    });
  };
  return (
    <FormDialog
      title={isDraft ? `Test the draft of ${runbook}` : `Run the published version of ${runbook}`}
      submitLabel={isDraft ? "Start test" : "Start"}
      onSubmit={start}
      onClose={onClose}
      busy={operation.isStarting}
      disabledReason={contextProblem ?? timeoutProblem}
      error={operation.error}
    >
      <p>It really runs, on this computer. What it changes elsewhere is changed.</p>
      <TextField
        label="Recovery plan context"
        isRequired
        multiline
        mono
        value={context}
        onChange={setContext}
        hint="What a plan would give it, as JSON."
        error={contextProblem}
      />
      <TextField
        label="Time limit in seconds"
        isRequired
        inputMode="numeric"
        value={timeout}
        onChange={setTimeoutText}
        error={timeoutProblem}
      />
    </FormDialog>
  );
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
