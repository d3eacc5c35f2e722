"use client";
import { Dialog } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { useShellStore } from "@/lib/client/stores/shell-store";
import { ServiceBar } from "./service-bar";

/** The service bar of a narrow screen: it comes in over the page and leaves with Esc or a choice. */
export function ServiceDrawer() {
  const isOpen = useShellStore((state) => state.serviceBarOpen);
  const open = useShellStore((state) => state.openServiceBar);
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={open}
      isDismissable
      className="fixed inset-0 z-40 animate-fade-in bg-black/45"
    >
      <Modal className="fixed inset-y-0 left-0 w-64 bg-frame pt-4 shadow-panel">
        <Dialog aria-label="Services" className="outline-none">
          <ServiceBar />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
