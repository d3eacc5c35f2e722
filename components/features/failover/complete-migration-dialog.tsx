"use client";
import { Consequences } from "@/components/ui/consequences";
import { FormDialog } from "@/components/ui/form-dialog";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";

export function CompleteMigrationDialog({ item, onRun, vaultName: _, ...frame }: VerbDialogProps) {
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Complete the migration of ${item.properties.friendlyName}`}
      submitLabel="Complete migration"
      onSubmit={() => onRun(failoverRequests.completeMigration(item))}
    >
      <Consequences>
        {[
          "The virtual machine stays in Azure for good. It is not protected any more, and there is no way back.",
          "The failover is committed and protection is disabled in one go: all recovery points are deleted.",
          "The source machine stays at its site, off, as it was shut down.",
        ]}
      </Consequences>
    </FormDialog>
  );
}
