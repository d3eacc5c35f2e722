"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2, Workflow } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useRegionName } from "@/components/shell/use-region-name";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { IconButton } from "@/components/ui/icon-button";
import { api, pages } from "@/lib/client/paths";
import { automationAccountsQuery } from "@/lib/client/queries/automation";
import { useShellStore } from "@/lib/client/stores/shell-store";
import { DeleteResourceDialog } from "@/components/shell/delete-resource-dialog";

const NEW_ACCOUNT_PATH = ["management", "automation-account"];

/** The automation accounts, each with its runbooks. */
export function AccountList() {
  const accounts = useQuery(automationAccountsQuery());
  const regionName = useRegionName();
  const openNew = useShellStore((state) => state.openNewDrawer);
  const [deleting, setDeleting] = useState<string | null>(null);
  const create = (
    <Button size="small" icon={<Plus />} onPress={() => openNew(NEW_ACCOUNT_PATH)}>
      Create automation account
    </Button>
  );
  return (
    <Card
      title="Automation accounts"
      description="They hold runbooks, and the variables that these use."
      actions={create}
    >
      <QueryView query={accounts} what="the automation accounts">
        {(rows) => (
          <DataTable
            label="Automation accounts"
            rows={rows}
            rowKey={(account) => account.id}
            rowText={(account) => account.name}
            columns={[
              {
                key: "name",
                header: "Name",
                cell: (account) => account.name,
                sortValue: (account) => account.name,
              },
              { key: "runbooks", header: "Runbooks", cell: (account) => account.properties.runbookCount, align: "end" },
              {
                key: "region",
                header: "Region",
                cell: (account) => regionName(account.location),
                hideBelow: "sm",
              },
              {
                key: "actions",
                header: "Actions",
                align: "end",
                cell: (account) => (
                  <IconButton
                    label={`Delete ${account.name}`}
                    icon={<Trash2 />}
                    onPress={() => setDeleting(account.name)}
                  />
                ),
              },
            ]}
            href={(account) => pages.automationTab(account.name, "runbooks")}
            empty={
              <EmptyState icon={<Workflow />} title="No automation accounts yet">
                Create one to write runbooks: scripts that recovery plans run before and after their groups.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      <DeleteResourceDialog
        what="automation account"
        name={deleting}
        path={(name) => api.automation(name)}
        onClose={() => setDeleting(null)}
        consequence="Its runbooks with all their versions, its variables and what is kept of its jobs are deleted. It is refused while a recovery plan uses it."
      />
    </Card>
  );
}
