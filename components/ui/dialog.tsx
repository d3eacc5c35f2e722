"use client";
import { clsx } from "clsx";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { IconButton } from "./icon-button";

export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at the bottom right; the main one last. */
  readonly actions?: ReactNode;
  /** `alertdialog` for questions about something that destroys. */
  readonly role?: "dialog" | "alertdialog";
  readonly width?: "narrow" | "wide";
}

/** A question in the middle of the screen. Esc and a press outside close it (not an alert: that wants an answer). */
export function Dialog({ title, isOpen, onClose, children, actions, role = "dialog", width = "narrow" }: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable={role === "dialog"}
      className="fixed inset-0 z-50 grid animate-fade-in place-items-center bg-black/45 p-4 backdrop-blur-[2px]"
    >
      <Modal
        className={clsx(
          "max-h-full w-full overflow-auto rounded-xl border border-line bg-raised shadow-panel",
          width === "narrow" ? "max-w-lg" : "max-w-3xl",
        )}
      >
        <AriaDialog role={role} className="flex flex-col outline-none">
          <header className="flex items-start gap-3 px-6 pt-5">
            <Heading slot="title" className="flex-1 text-lg font-semibold">
              {title}
            </Heading>
            <IconButton label="Close" icon={<X />} onPress={onClose} className="-mt-1 -mr-2" />
          </header>
          <div className="flex flex-col gap-4 px-6 pt-3 pb-5">{children}</div>
          {actions ? (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line bg-canvas px-6 py-3">
              {actions}
            </footer>
          ) : null}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
