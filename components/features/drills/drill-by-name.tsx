"use client";
import { useQuery } from "@tanstack/react-query";
import { CalendarX } from "lucide-react";
import { QueryView } from "@/components/shell/query-view";
import { SubHeader } from "@/components/shell/sub-header";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { pages } from "@/lib/client/paths";
import { drillQuery } from "@/lib/client/queries/drills";
import { DrillCommands } from "./drill-commands";
import { DrillDetails } from "./drill-details";
import { DrillHistory } from "./drill-history";

/** One drill: commands, settings, next starts, history. */
export function DrillByName({ vaultName, name }: { readonly vaultName: string; readonly name: string }) {
  const query = useQuery(drillQuery(vaultName, name));
  return (
    <QueryView query={query} what="the drill">
      {(drill) =>
        drill === null ? (
          <EmptyState
            icon={<CalendarX />}
            title={`There is no such drill: ${name}`}
            actions={<LinkButton href={pages.vaultTab(vaultName, "drills")}>Show all drills</LinkButton>}
          >
            It was deleted, or its name is misspelt.
          </EmptyState>
        ) : (
          <>
            <SubHeader title={drill.name} back={{ href: pages.vaultTab(vaultName, "drills"), label: "Drills" }} />
            <DrillCommands vaultName={vaultName} drill={drill} />
            <DrillDetails vaultName={vaultName} drill={drill} />
            <DrillHistory vaultName={vaultName} drillName={drill.name} />
          </>
        )
      }
    </QueryView>
  );
}
