"use client";
import { useRouter } from "next/navigation";
import { useOperation } from "@/components/shell/use-operation";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ErrorBar } from "@/components/ui/message-bar";
import { startOperation } from "@/lib/client/long-running";
import { api, pages } from "@/lib/client/paths";
import type { EstateSite } from "@/lib/contract/portal";

export function RemoveSiteDialog(props: {
  readonly site: EstateSite;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { site } = props;
  const router = useRouter();
  const operation = useOperation();
  const close = () => {
    operation.clearError();
    props.onClose();
  };
  const remove = () =>
    operation.run({
      title: "Remove site",
      subject: site.name,
      start: () => startOperation("DELETE", api.estateSite(site.name)),
      onAccepted: () => {
        close();
        router.push(pages.sites());
      },
    });
  return (
    <ConfirmDialog
      title={`Remove ${site.name}?`}
      isOpen={props.isOpen}
      onClose={close}
      onConfirm={remove}
      confirmLabel="Remove site"
      busy={operation.isStarting}
    >
      <p>{`Its processes are stopped and it leaves the list. ${whatOfTheDisks(site)}`}</p>
      {operation.error ? <ErrorBar error={operation.error} /> : null}
    </ConfirmDialog>
  );
}

function whatOfTheDisks({ properties: { kind, machines } }: EstateSite): string {
  if (kind === "folder") return "The folder and the disk images in it stay as they are.";
  const what = machines.length > 0 ? `The disks of ${machines.map(({ name }) => name).join(", ")}` : "Its disks";
  return `${what} were made for this demo and are deleted; added again, the site begins with new ones.`;
}
