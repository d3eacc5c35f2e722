"use client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { SimulatedBadge } from "@/components/ui/simulated-badge";
import { evidenceQuery } from "@/lib/client/queries/protected-items";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { EvidenceView } from "@/lib/contract/portal";
import { ConsolePane } from "./console-pane";

/** The source machine and its replica side by side: both run the same program, each on its own disk. */
export function ConsolePair({ vaultName, item }: { readonly vaultName: string; readonly item: ProtectedItemResource }) {
  const query = useQuery(evidenceQuery(vaultName, item));
  return (
    <Card title="Consoles" description="Both machines keep a ledger of orders on their own disks.">
      <QueryView query={query} what="the consoles">
        {({ properties }) => (
          <div className="grid gap-6 xl:grid-cols-2">
            <ConsolePane
              key={properties.sourceMachineId}
              machineId={properties.sourceMachineId}
              title={`Source${item.properties.primaryFabricFriendlyName ? `, ${item.properties.primaryFabricFriendlyName}` : ""}`}
            />
            <Replica run={newestReplica(properties.runs)} />
          </div>
        )}
      </QueryView>
    </Card>
  );
}

type Run = EvidenceView["properties"]["runs"][number];

/** The replica that exists now: made, and not cleaned up. A failover goes before a test. */
function newestReplica(runs: readonly Run[]): Run | null {
  const alive = runs.filter((run) => run.machineId !== null && run.cleanup === null);
  return alive.find((run) => run.kind !== "TestFailover") ?? alive[0] ?? null;
}

function Replica({ run }: { readonly run: Run | null }) {
  if (run === null || run.machineId === null)
    return <NoReplica>A replica appears here when you run a failover or a test failover.</NoReplica>;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <ConsolePane
        key={run.machineId}
        machineId={run.machineId}
        title={run.kind === "TestFailover" ? "Test replica in Azure" : "Replica in Azure"}
      />
      <span>
        <SimulatedBadge what="The Azure region is simulated: the machine runs on this computer, from its replicated disks." />
      </span>
    </div>
  );
}

function NoReplica({ children }: { readonly children: ReactNode }) {
  return (
    <div className="grid min-h-48 place-items-center rounded-md border border-dashed border-line-strong/60 p-6 text-center text-muted">
      {children}
    </div>
  );
}
