"use client";
import { useOperation } from "@/components/shell/use-operation";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ErrorBar } from "@/components/ui/message-bar";
import { startOperation } from "@/lib/client/long-running";
import { api, apiVersions } from "@/lib/client/paths";
import type { ProviderResource } from "@/lib/contract/fabrics";

/** Takes a host, or a configuration server, out of the vault. */
export function UnregisterDialog(props: { readonly provider: ProviderResource | null; readonly onClose: () => void }) {
  const { provider } = props;
  const operation = useOperation();
  const name = provider?.properties.friendlyName ?? "";
  const close = () => {
    operation.clearError();
    props.onClose();
  };
  const unregister = () => {
    if (!provider) return;
    operation.run({
      title: "Unregister server",
      subject: name,
      start: () => startOperation("POST", api.ofId(provider.id, apiVersions.siteRecovery, "remove")),
      onAccepted: close,
    });
  };
  return (
    <ConfirmDialog
      title={`Unregister ${name}?`}
      isOpen={provider !== null}
      onClose={close}
      onConfirm={unregister}
      confirmLabel="Unregister server"
      busy={operation.isStarting}
    >
      <p>
        Its certificate is refused from now on, and its machines are no longer listed. To use the server again, register
        it with a new registration key and the passphrase.
      </p>
      {operation.error ? <ErrorBar error={operation.error} /> : null}
    </ConfirmDialog>
  );
}
