"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { Checkbox } from "@/components/ui/checkbox";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ErrorBar } from "@/components/ui/message-bar";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";

/** What a repair does and what it cannot do, before it begins. */
export function RepairDialog(props: {
  readonly vaultName: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { vaultName } = props;
  const operation = useOperation();
  const [deleteLostPoints, setDelete] = useState(false);
  const close = () => {
    operation.clearError();
    props.onClose();
  };
  const repair = () =>
    operation.run({
      title: "Repair the vault",
      subject: vaultName,
      start: () => startOperation("POST", api.verification(vaultName, "repair"), { properties: { deleteLostPoints } }),
      onAccepted: close,
    });
  return (
    <ConfirmDialog
      title={`Repair the vault ${vaultName}?`}
      isOpen={props.isOpen}
      onClose={close}
      onConfirm={repair}
      confirmLabel="Repair"
      busy={operation.isStarting}
    >
      <p>
        What can still be read of damaged packs is stored again. Then the disks of the affected machines are read at
        their sites, and what the vault has lost and they still have is sent. Recovery points whose blocks have changed
        at the source since stay damaged; the next recovery point is whole in any case.
      </p>
      <Checkbox isSelected={deleteLostPoints} onChange={setDelete}>
        Delete recovery points that cannot be repaired (space is not reclaimed while they are there)
      </Checkbox>
      {operation.error ? <ErrorBar error={operation.error} /> : null}
    </ConfirmDialog>
  );
}
