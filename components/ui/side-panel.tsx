"use client";
import { clsx } from "clsx";
import { X } from "lucide-react";
import type { FormEvent, ReactNode } from "react";
import { Dialog as AriaDialog, Heading } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { Button } from "./button";
import { IconButton } from "./icon-button";

export interface SidePanelProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** With it the panel is a form: Enter submits. */
  readonly onSubmit?: () => void;
  readonly submitLabel?: string;
  readonly busy?: boolean;
  readonly disabledReason?: string | null;
  /** Shown above the buttons, where the eye is when they were pressed. */
  readonly message?: ReactNode;
  readonly width?: "narrow" | "wide";
}

/** A form or details that slide in from the right, above the page. Esc closes. */
export function SidePanel(props: SidePanelProps) {
  const { title, isOpen, onClose, onSubmit, children } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!props.busy && !props.disabledReason) onSubmit?.();
  };
  const body = (
    <>
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-auto px-6 py-5">{children}</div>
      <footer className="flex flex-col gap-3 border-t border-line bg-canvas px-6 py-3">
        {props.message}
        <div className="flex justify-end gap-2">
          <Button onPress={onClose}>{onSubmit ? "Cancel" : "Close"}</Button>
          {onSubmit ? (
            <Button
              variant="primary"
              type="submit"
              busy={props.busy ?? false}
              disabledReason={props.disabledReason ?? null}
            >
              {props.submitLabel ?? "Save"}
            </Button>
          ) : null}
        </div>
      </footer>
    </>
  );
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable={!onSubmit}
      className="fixed inset-0 z-40 animate-fade-in bg-black/35"
    >
      <Modal
        className={clsx(
          "fixed inset-y-0 right-0 w-full animate-panel-in border-l border-line bg-raised shadow-panel",
          props.width === "wide" ? "max-w-3xl" : "max-w-lg",
        )}
      >
        <AriaDialog className="flex h-full flex-col outline-none">
          <header className="flex items-start gap-3 border-b border-line px-6 py-4">
            <div className="min-w-0 flex-1">
              <Heading slot="title" className="text-lg font-semibold">
                {title}
              </Heading>
              {props.description ? <div className="mt-0.5 text-muted">{props.description}</div> : null}
            </div>
            <IconButton label="Close" icon={<X />} onPress={onClose} className="-mr-2" />
          </header>
          {onSubmit ? (
            <form noValidate onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
              {body}
            </form>
          ) : (
            <div className="flex min-h-0 flex-1 flex-col">{body}</div>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
