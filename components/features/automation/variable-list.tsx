"use client";
import { useQuery } from "@tanstack/react-query";
import { KeyRound, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { IconButton } from "@/components/ui/icon-button";
import { RelativeTime } from "@/components/ui/relative-time";
import { api } from "@/lib/client/paths";
import { automationVariablesQuery } from "@/lib/client/queries/automation";
import type { VariableResource } from "@/lib/contract/automation";
import { variableText } from "@/lib/domain/automation-rules";
import { DeleteResourceDialog } from "@/components/shell/delete-resource-dialog";
import { VariablePanel } from "./variable-panel";

/** What runbooks can be given. Encrypted values go in and are never shown again. */
export function VariableList({ account }: { readonly account: string }) {
  const variables = useQuery(automationVariablesQuery(account));
  const [open, setOpen] = useState<VariableResource | "new" | null>(null);
  const [deleting, setDeleting] = useState<string | null>(null);
  return (
    <Card
      title="Variables"
      description="A runbook gets those that it asks for by a line @variable Name, and no others."
      actions={
        <Button size="small" icon={<Plus />} onPress={() => setOpen("new")}>
          Create variable
        </Button>
      }
    >
      <QueryView query={variables} what="the variables">
        {(rows) => (
          <DataTable
            label="Variables"
            rows={rows}
            rowKey={(variable) => variable.id}
            rowText={(variable) => variable.name}
            columns={[
              {
                key: "name",
                header: "Name",
                cell: (variable) => variable.name,
                sortValue: (variable) => variable.name,
              },
              { key: "value", header: "Value", cell: valueOf },
              {
                key: "changed",
                header: "Changed",
                cell: (variable) => <RelativeTime at={variable.properties.lastModifiedTime} />,
                hideBelow: "sm",
              },
              {
                key: "description",
                header: "Description",
                cell: (variable) => variable.properties.description ?? "",
                hideBelow: "lg",
              },
              {
                key: "actions",
                header: "Actions",
                align: "end",
                cell: (variable) => (
                  <>
                    <IconButton label={`Change ${variable.name}`} icon={<Pencil />} onPress={() => setOpen(variable)} />
                    <IconButton
                      label={`Delete ${variable.name}`}
                      icon={<Trash2 />}
                      onPress={() => setDeleting(variable.name)}
                    />
                  </>
                ),
              },
            ]}
            empty={
              <EmptyState icon={<KeyRound />} title="No variables yet">
                Create one for what runbooks must not hold in their text: addresses, tokens, the key of a webhook&apos;s
                signature.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      {open === null ? null : (
        <VariablePanel account={account} variable={open === "new" ? null : open} onClose={() => setOpen(null)} />
      )}
      <DeleteResourceDialog
        what="variable"
        name={deleting}
        path={(name) => api.automation(account, "variables", name)}
        consequence="Runbooks that ask for it fail from then on. It is refused while a recovery plan signs a webhook with it."
        onClose={() => setDeleting(null)}
      />
    </Card>
  );
}

function valueOf({ properties }: VariableResource) {
  if (properties.value === null) return <span className="text-muted">Encrypted, not shown</span>;
  return <span className="font-mono wrap-anywhere">{variableText(properties.value)}</span>;
}
