"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus, ScrollText } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { RelativeTime } from "@/components/ui/relative-time";
import { pages } from "@/lib/client/paths";
import { runbooksQuery } from "@/lib/client/queries/automation";
import type { RunbookResource } from "@/lib/contract/automation";
import { CreateRunbookPanel } from "./create-runbook-panel";
import { RunbookState } from "./runbook-state";
import { languageLabels } from "./starter-text";

/** The runbooks of an account. */
export function RunbookList({ account }: { readonly account: string }) {
  const runbooks = useQuery(runbooksQuery(account));
  const [isCreating, setCreating] = useState(false);
  const create = (
    <Button size="small" icon={<Plus />} onPress={() => setCreating(true)}>
      Create runbook
    </Button>
  );
  return (
    <Card
      title="Runbooks"
      description="Scripts that recovery plans run before and after their groups."
      actions={create}
    >
      <QueryView query={runbooks} what="the runbooks">
        {(rows) => (
          <DataTable
            label="Runbooks"
            rows={rows}
            rowKey={(runbook) => runbook.id}
            rowText={(runbook) => runbook.name}
            columns={columns}
            href={(runbook) => pages.runbook(account, runbook.name)}
            empty={
              <EmptyState icon={<ScrollText />} title="No runbooks yet">
                Create one, test its draft, and publish it: then recovery plans can run it.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      {isCreating ? <CreateRunbookPanel account={account} onClose={() => setCreating(false)} /> : null}
    </Card>
  );
}

const columns: readonly TableColumn<RunbookResource>[] = [
  { key: "name", header: "Name", cell: (runbook) => runbook.name, sortValue: (runbook) => runbook.name },
  { key: "language", header: "Language", cell: (runbook) => languageLabels[runbook.properties.runbookType] },
  { key: "state", header: "State", cell: (runbook) => <RunbookState runbook={runbook} />, hideBelow: "sm" },
  {
    key: "changed",
    header: "Changed",
    cell: (runbook) => <RelativeTime at={runbook.properties.lastModifiedTime} />,
    sortValue: (runbook) => runbook.properties.lastModifiedTime,
    hideBelow: "md",
  },
];
