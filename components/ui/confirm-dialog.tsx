"use client";
import type { ReactNode } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";

export interface ConfirmDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  /** The verb and its object: "Delete vault", never "OK". */
  readonly confirmLabel: string;
  readonly busy?: boolean;
  readonly isDanger?: boolean;
  /** Why it cannot be confirmed yet (a box not ticked, a note missing). */
  readonly disabledReason?: string | null;
  readonly children: ReactNode;
}

/** Asks before something that cannot be taken back. Its body says what will happen. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, isOpen, onClose, onConfirm, confirmLabel, busy = false, isDanger = true } = props;
  return (
    <Dialog
      role="alertdialog"
      title={title}
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            variant={isDanger ? "danger" : "primary"}
            onPress={onConfirm}
            busy={busy}
            disabledReason={props.disabledReason ?? null}
          >
            {confirmLabel}
          </Button>
        </>
      }
    >
      {props.children}
    </Dialog>
  );
}
