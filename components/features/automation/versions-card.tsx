"use client";
import { useQuery } from "@tanstack/react-query";
import { Eye, RotateCcw } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataTable } from "@/components/ui/data-table";
import { Dialog } from "@/components/ui/dialog";
import { IconButton } from "@/components/ui/icon-button";
import { ScrollRegion } from "@/components/ui/scroll-region";
import { ExactTime } from "@/components/ui/relative-time";
import { runbookVersionsQuery } from "@/lib/client/queries/automation";
import type { RunbookResource, RunbookVersionResource } from "@/lib/contract/automation";

/** What was ever published: to look at, and to go back to by making it the draft. */
export function VersionsCard(props: {
  readonly account: string;
  readonly runbook: RunbookResource;
  readonly onRestore: (text: string) => void;
}) {
  const versions = useQuery(runbookVersionsQuery(props.account, props.runbook.name));
  const [shown, setShown] = useState<RunbookVersionResource | null>(null);
  return (
    <Card title="Versions" description="Recovery plans run the one that is published.">
      <QueryView query={versions} what="the versions">
        {(rows) => (
          <DataTable
            label="Versions"
            rows={rows}
            rowKey={(version) => version.name}
            rowText={(version) => `Version ${version.name}`}
            columns={[
              {
                key: "number",
                header: "Version",
                cell: ({ properties }) => `${properties.number}${properties.isPublished ? " (published)" : ""}`,
              },
              {
                key: "at",
                header: "Published at",
                cell: (version) => <ExactTime at={version.properties.publishedAt} />,
              },
              {
                key: "sha",
                header: "SHA-256",
                cell: ({ properties }) => <span className="font-mono">{properties.sha256.slice(0, 16)}…</span>,
                hideBelow: "md",
              },
              {
                key: "actions",
                header: "Actions",
                align: "end",
                cell: (version) => (
                  <>
                    <IconButton
                      label={`View version ${version.name}`}
                      icon={<Eye />}
                      onPress={() => setShown(version)}
                    />
                    <IconButton
                      label={`Restore version ${version.name} to the draft`}
                      icon={<RotateCcw />}
                      onPress={() => props.onRestore(version.properties.content)}
                    />
                  </>
                ),
              },
            ]}
            empty={<p className="text-muted">Nothing was published yet. Save the draft, test it, then publish it.</p>}
          />
        )}
      </QueryView>
      {shown ? (
        <Dialog
          title={`Version ${shown.name} of ${props.runbook.name}`}
          isOpen
          onClose={() => setShown(null)}
          actions={<Button onPress={() => setShown(null)}>Close</Button>}
        >
          <ScrollRegion
            label={`Text of version ${shown.name}`}
            className="max-h-96 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-[0.8125rem] leading-5 whitespace-pre"
          >
            {shown.properties.content}
          </ScrollRegion>
        </Dialog>
      ) : null}
    </Card>
  );
}
