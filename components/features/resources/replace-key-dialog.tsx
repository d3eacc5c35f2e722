"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { FormDialog } from "@/components/ui/form-dialog";
import { PasswordField } from "@/components/ui/password-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";

/** After the keys of an account were regenerated in Azure: the new one is tried before the old one is let go. */
export function ReplaceKeyDialog({ account, onClose }: { readonly account: string; readonly onClose: () => void }) {
  const [connectionString, setConnectionString] = useState("");
  const operation = useOperation();
  return (
    <FormDialog
      title={`Replace the key of ${account}`}
      submitLabel="Replace key"
      busy={operation.isStarting}
      disabledReason={connectionString.trim() === "" ? "Enter the new connection string first." : null}
      error={operation.error}
      onClose={onClose}
      onSubmit={() =>
        operation.run({
          title: "Replace key",
          subject: account,
          start: () =>
            startOperation("POST", api.replaceStorageKey(account), { connectionString: connectionString.trim() }),
          onAccepted: onClose,
        })
      }
    >
      <p>
        The new key is tried first. Data stays where it is; replication that waited for the storage goes on by itself.
      </p>
      <PasswordField
        label="Connection string"
        value={connectionString}
        onChange={setConnectionString}
        hint="From the account's Access keys in Azure. It is never shown again."
      />
    </FormDialog>
  );
}
