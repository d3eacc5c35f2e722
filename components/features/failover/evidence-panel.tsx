"use client";
import { useQuery } from "@tanstack/react-query";
import { Card } from "@/components/ui/card";
import { QueryView } from "@/components/shell/query-view";
import { evidenceQuery } from "@/lib/client/queries/protected-items";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { EvidenceRun } from "./evidence-run";

/** What the newest test failover and failover proved, by measurement. */
export function EvidencePanel({
  vaultName,
  item,
}: {
  readonly vaultName: string;
  readonly item: ProtectedItemResource;
}) {
  const query = useQuery(evidenceQuery(vaultName, item));
  return (
    <Card
      title="Evidence"
      description="Measured while failing over: every disk is read back and its hash compared with the recovery point's."
    >
      <QueryView query={query} what="the evidence">
        {({ properties }) =>
          properties.runs.length === 0 ? (
            <p className="text-muted">
              Nothing has been failed over yet. Run a test failover: it changes nothing at the source, and what it
              measures is kept here.
            </p>
          ) : (
            <ol className="flex flex-col gap-6 divide-y divide-line [&>li+li]:pt-6">
              {properties.runs.map((run) => (
                <li key={run.jobId}>
                  <EvidenceRun run={run} vaultName={vaultName} />
                </li>
              ))}
            </ol>
          )
        }
      </QueryView>
    </Card>
  );
}
