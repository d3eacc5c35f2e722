"use client";
import { useQuery } from "@tanstack/react-query";
import { Card } from "@/components/ui/card";
import { formatPlural } from "@/components/ui/format";
import { QueryView } from "@/components/shell/query-view";
import { evidenceQuery } from "@/lib/client/queries/protected-items";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { EvidenceRun } from "./evidence-run";
import type { Run } from "./run";

/** Newer runs push older ones out of sight, not out of the record. */
const SHOWN = 2;

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
            <>
              <Runs runs={properties.runs.slice(0, SHOWN)} vaultName={vaultName} />
              <OlderRuns runs={properties.runs.slice(SHOWN)} vaultName={vaultName} />
            </>
          )
        }
      </QueryView>
    </Card>
  );
}

function Runs({ runs, vaultName }: { readonly runs: readonly Run[]; readonly vaultName: string }) {
  return (
    <ol className="flex flex-col gap-6 divide-y divide-line [&>li+li]:pt-6">
      {runs.map((run) => (
        <li key={run.jobId}>
          <EvidenceRun run={run} vaultName={vaultName} />
        </li>
      ))}
    </ol>
  );
}

function OlderRuns({ runs, vaultName }: { readonly runs: readonly Run[]; readonly vaultName: string }) {
  if (runs.length === 0) return null;
  return (
    <details className="mt-6 border-t border-line pt-4">
      <summary className="mb-4 font-medium">{formatPlural(runs.length, "older run")}</summary>
      <Runs runs={runs} vaultName={vaultName} />
    </details>
  );
}
