"use client";
import { useId, type ReactNode } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { ErrorBar } from "./message-bar";

export interface FormDialogProps {
  readonly title: string;
  /** The verb and its object. */
  readonly submitLabel: string;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly busy?: boolean;
  readonly isDanger?: boolean;
  /** Why it cannot be submitted yet. */
  readonly disabledReason?: string | null;
  /** Why the service refused the last attempt; shown above the buttons. */
  readonly error?: { readonly message: string } | null;
  readonly children: ReactNode;
}

/** A question with choices: a form in a dialog. Enter submits, Esc closes. */
export function FormDialog(props: FormDialogProps) {
  const formId = useId();
  const disabledReason = props.disabledReason ?? null;
  const busy = props.busy ?? false;
  return (
    <Dialog
      title={props.title}
      isOpen
      onClose={props.onClose}
      actions={
        <>
          <Button onPress={props.onClose}>Cancel</Button>
          <Button
            variant={props.isDanger ? "danger" : "primary"}
            type="submit"
            form={formId}
            busy={busy}
            disabledReason={disabledReason}
          >
            {props.submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && disabledReason === null) props.onSubmit();
        }}
      >
        {props.children}
        {props.error ? <ErrorBar error={props.error} /> : null}
      </form>
    </Dialog>
  );
}
