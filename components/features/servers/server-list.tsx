"use client";
import { useQuery } from "@tanstack/react-query";
import { RotateCw, Server, Trash2, Unplug } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount } from "@/components/ui/format";
import { LinkButton } from "@/components/ui/link-button";
import { ErrorBar } from "@/components/ui/message-bar";
import { RelativeTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { serverKindText } from "@/lib/client/fabric-kind";
import { startOperation } from "@/lib/client/long-running";
import { api, apiVersions, pages } from "@/lib/client/paths";
import { providersQuery } from "@/lib/client/queries/infrastructure";
import type { ProviderResource } from "@/lib/contract/fabrics";
import { connectionLooks } from "./connection-state";
import { SiteList } from "./site-list";
import { UnregisterDialog } from "./unregister-dialog";

/** The registered hosts and configuration servers of a vault, and its sites. */
export function ServerList({ vaultName }: { readonly vaultName: string }) {
  const providers = useQuery(providersQuery(vaultName));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [unregistering, setUnregistering] = useState<ProviderResource | null>(null);
  const refresh = useOperation();
  const chosen = providers.data?.find((one) => selected.has(one.id)) ?? null;
  const reason = chosen ? null : "Select a server in the list first.";
  return (
    <>
      <section aria-label="Servers" className="flex flex-col gap-3">
        <h2 className="text-base font-semibold">Servers</h2>
        <QueryView query={providers} what="the servers">
          {(rows) => (
            <DataTable
              label="Servers"
              rows={rows}
              rowKey={(provider) => provider.id}
              rowText={(provider) => provider.properties.friendlyName}
              columns={columns}
              selection={{ mode: "single", keys: selected, onChange: setSelected }}
              empty={<NoServers vaultName={vaultName} />}
            />
          )}
        </QueryView>
        {refresh.error ? <ErrorBar error={refresh.error} onDismiss={refresh.clearError} /> : null}
      </section>
      <SiteList vaultName={vaultName} />
      <UnregisterDialog provider={unregistering} onClose={() => setUnregistering(null)} />
      <Commands
        label="Commands for servers"
        commands={[
          {
            id: "refresh",
            label: "Refresh",
            icon: <RotateCw />,
            disabledReason: reason,
            onPress: () =>
              chosen &&
              refresh.run({
                title: "Refresh server",
                subject: chosen.properties.friendlyName,
                start: () => startOperation("POST", api.ofId(chosen.id, apiVersions.siteRecovery, "refreshProvider")),
              }),
          },
          {
            id: "unregister",
            label: "Unregister",
            icon: <Trash2 />,
            isDanger: true,
            disabledReason: reason ?? protectsReason(chosen),
            onPress: () => setUnregistering(chosen),
          },
        ]}
      />
    </>
  );
}

function protectsReason(provider: ProviderResource | null): string | null {
  const count = provider?.properties.protectedItemCount ?? 0;
  if (count === 0) return null;
  return `The server still has ${formatCount(count)} protected machines. Disable their protection under Protected Items first.`;
}

function NoServers({ vaultName }: { readonly vaultName: string }) {
  return (
    <EmptyState
      icon={<Unplug />}
      title="No server is registered yet"
      actions={
        <LinkButton href={pages.vaultTab(vaultName, "quick-start")} variant="primary">
          Go to Quick Start
        </LinkButton>
      }
    >
      Download a registration key and run the registration on the Hyper-V host or the configuration server. It appears
      here with its first heartbeat.
    </EmptyState>
  );
}

const kindText = (provider: ProviderResource) => serverKindText[provider.properties.fabricType];

const columns: readonly TableColumn<ProviderResource>[] = [
  {
    key: "name",
    header: "Server",
    cell: (provider) => (
      <span className="inline-flex items-center gap-2">
        <Server aria-hidden className="size-4 text-muted" />
        {provider.properties.friendlyName}
      </span>
    ),
    sortValue: (provider) => provider.properties.friendlyName,
  },
  {
    key: "connection",
    header: "Connection",
    cell: (provider) => {
      const { tone, word } = connectionLooks[provider.properties.connectionStatus];
      return <StatusBadge tone={tone}>{word}</StatusBadge>;
    },
  },
  {
    key: "heartbeat",
    header: "Last heartbeat",
    cell: (provider) => <RelativeTime at={provider.properties.lastHeartBeat} />,
    sortValue: (provider) => provider.properties.lastHeartBeat ?? "",
    hideBelow: "sm",
  },
  {
    key: "kind",
    header: "Kind",
    cell: kindText,
    sortValue: kindText,
    hideBelow: "sm",
  },
  {
    key: "site",
    header: "Site",
    cell: (provider) => provider.properties.fabricFriendlyName,
    hideBelow: "md",
  },
  {
    key: "version",
    header: "Provider version",
    cell: (provider) => provider.properties.providerVersion,
    hideBelow: "md",
  },
  {
    key: "items",
    header: "Protected machines",
    align: "end",
    cell: (provider) => formatCount(provider.properties.protectedItemCount),
    hideBelow: "lg",
  },
];
