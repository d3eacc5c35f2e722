"use client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { protectedItemsQuery } from "@/lib/client/queries/protected-items";
import { BothRunningPanel, runsTwice } from "./both-running-panel";

/** For the vault's dashboard: every machine that runs in two places, with both consoles. Nothing while there is none. */
export function BothRunningAlerts(props: {
  readonly vaultName: string;
  readonly renderConsole: (machineId: string, title: string) => ReactNode;
}) {
  const items = useQuery(protectedItemsQuery(props.vaultName)).data ?? [];
  return items
    .filter(runsTwice)
    .map((item) => (
      <BothRunningPanel key={item.id} vaultName={props.vaultName} item={item} renderConsole={props.renderConsole} />
    ));
}
