"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ErrorBar } from "@/components/ui/message-bar";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api, pages } from "@/lib/client/paths";

/** Deleting a vault destroys its recovery points, so its name has to be typed. A refusal is shown here, with its cure. */
export function DeleteVaultDialog(props: {
  readonly vaultName: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { vaultName } = props;
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const operation = useOperation();
  const close = () => {
    operation.clearError();
    setTyped("");
    props.onClose();
  };
  const remove = () =>
    operation.run({
      title: "Delete vault",
      subject: vaultName,
      start: () => startOperation("DELETE", api.vault(vaultName)),
      onAccepted: () => {
        close();
        router.push(pages.vaults());
      },
    });
  const isTyped = typed.toLowerCase() === vaultName.toLowerCase();
  return (
    <ConfirmDialog
      title={`Delete vault ${vaultName}?`}
      isOpen={props.isOpen}
      onClose={close}
      onConfirm={remove}
      confirmLabel="Delete vault"
      busy={operation.isStarting}
      disabledReason={isTyped ? null : "Type the name of the vault first."}
    >
      <p>
        Its sites, registered hosts, recovery plans, jobs and everything stored in it are deleted. This cannot be
        undone. A vault that still protects machines is not deleted.
      </p>
      <TextField
        label="Type the name of the vault to confirm"
        isRequired
        value={typed}
        onChange={setTyped}
        placeholder={vaultName}
        autoComplete="off"
      />
      {operation.error ? <ErrorBar error={operation.error} /> : null}
    </ConfirmDialog>
  );
}
