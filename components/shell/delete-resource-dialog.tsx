"use client";
import { useOperation } from "./use-operation";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ErrorBar } from "@/components/ui/message-bar";
import { startOperation } from "@/lib/client/long-running";

/** Asks before a resource is deleted that has no job of its own for it, and shows why when the service refuses. */
export function DeleteResourceDialog(props: {
  readonly what: string;
  /** Null: closed. */
  readonly name: string | null;
  readonly path: (name: string) => string;
  readonly consequence: string;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
}) {
  const operation = useOperation();
  const { name, what } = props;
  const close = () => {
    operation.clearError();
    props.onClose();
  };
  const remove = () => {
    if (name === null) return;
    operation.run({
      title: `Delete ${what}`,
      subject: name,
      start: () => startOperation("DELETE", props.path(name)),
      onAccepted: () => {
        close();
        props.onDeleted?.();
      },
    });
  };
  return (
    <ConfirmDialog
      title={`Delete ${what} ${name ?? ""}?`}
      isOpen={name !== null}
      onClose={close}
      onConfirm={remove}
      confirmLabel={`Delete ${what}`}
      busy={operation.isStarting}
    >
      <p>{props.consequence}</p>
      {operation.error ? <ErrorBar error={operation.error} /> : null}
    </ConfirmDialog>
  );
}
