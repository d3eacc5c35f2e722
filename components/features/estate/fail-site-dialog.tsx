"use client";
import { useOperation } from "@/components/shell/use-operation";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { formatPlural } from "@/components/ui/format";
import { ErrorBar } from "@/components/ui/message-bar";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import type { EstateSite } from "@/lib/contract/portal";

/** A disaster on purpose. */
export function FailSiteDialog(props: {
  readonly site: EstateSite;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { site } = props;
  const operation = useOperation();
  const close = () => {
    operation.clearError();
    props.onClose();
  };
  const fail = () =>
    operation.run({
      title: "Fail the site",
      subject: site.name,
      start: () => startOperation("POST", api.estateSiteAction(site.name, "fail")),
      onAccepted: close,
    });
  const running = site.properties.processes.filter((one) => one.running).length;
  return (
    <ConfirmDialog
      title={`Fail ${site.name}?`}
      isOpen={props.isOpen}
      onClose={close}
      onConfirm={fail}
      confirmLabel="Fail the site"
      busy={operation.isStarting}
    >
      <p>
        {`${formatPlural(running, "process", "processes")} of this site are killed at once, as in a power cut: the host with its ${formatPlural(site.properties.machines.length, "machine")}, and the agent. What was written since the last recovery point exists only on the site.`}
      </p>
      <p>The disks are not touched. Restore starts the processes again.</p>
      {operation.error ? <ErrorBar error={operation.error} /> : null}
    </ConfirmDialog>
  );
}
