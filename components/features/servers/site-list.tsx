"use client";
import { useQuery } from "@tanstack/react-query";
import { Gauge, MapPin, Trash2 } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { IconButton } from "@/components/ui/icon-button";
import { ErrorBar } from "@/components/ui/message-bar";
import { kindOf, serverNamesOf, siteKindText } from "@/lib/client/fabric-kind";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { fabricsQuery } from "@/lib/client/queries/infrastructure";
import type { FabricResource } from "@/lib/contract/fabrics";
import { BandwidthPanel } from "./bandwidth-panel";
import { SiteLimit, SiteTransfer } from "./site-transfer";

/** The sites of a vault, Hyper-V and VMware: places, under which their servers are registered. */
export function SiteList({ vaultName }: { readonly vaultName: string }) {
  const sites = useQuery(fabricsQuery(vaultName));
  const [deleting, setDeleting] = useState<FabricResource | null>(null);
  const [limiting, setLimiting] = useState<FabricResource | null>(null);
  return (
    <section aria-label="Sites" className="flex flex-col gap-3">
      <h2 className="text-base font-semibold">Sites</h2>
      <QueryView query={sites} what="the sites">
        {(rows) => (
          <DataTable
            label="Sites"
            rows={rows}
            rowKey={(site) => site.id}
            rowText={nameOf}
            columns={[
              { key: "name", header: "Site", cell: nameOf, sortValue: nameOf },
              { key: "kind", header: "Kind", cell: kindTextOf, sortValue: kindTextOf, hideBelow: "sm" },
              { key: "servers", header: "Servers", cell: serversOf, hideBelow: "sm" },
              {
                key: "transfer",
                header: "Transfer",
                cell: (site) => <SiteTransfer vaultName={vaultName} siteName={site.name} />,
              },
              {
                key: "limit",
                header: "Bandwidth",
                cell: (site) => <SiteLimit vaultName={vaultName} siteName={site.name} />,
                hideBelow: "md",
              },
              {
                key: "actions",
                header: "Actions",
                align: "end",
                cell: (site) => (
                  <span className="inline-flex">
                    <IconButton
                      label={`Bandwidth of ${nameOf(site)}`}
                      icon={<Gauge />}
                      onPress={() => setLimiting(site)}
                    />
                    <IconButton
                      label={`Delete site ${nameOf(site)}`}
                      icon={<Trash2 />}
                      onPress={() => setDeleting(site)}
                    />
                  </span>
                ),
              },
            ]}
            empty={
              <EmptyState icon={<MapPin />} title="No site yet">
                A site names the place whose Hyper-V hosts, or whose VMware machines and configuration server, belong
                together. Quick Start creates one.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      {limiting ? (
        <BandwidthPanel vaultName={vaultName} siteName={limiting.name} onClose={() => setLimiting(null)} />
      ) : null}
      <DeleteSiteDialog vaultName={vaultName} site={deleting} onClose={() => setDeleting(null)} />
    </section>
  );
}

const nameOf = (site: FabricResource) => site.properties.friendlyName;

const kindTextOf = (site: FabricResource) => siteKindText[kindOf(site)];

const serversOf = (site: FabricResource) => {
  const names = serverNamesOf(site);
  return names.length > 0 ? names.join(", ") : "none registered";
};

interface DeleteSiteDialogProps {
  readonly vaultName: string;
  readonly site: FabricResource | null;
  readonly onClose: () => void;
}

function DeleteSiteDialog({ vaultName, site, onClose }: DeleteSiteDialogProps) {
  const operation = useOperation();
  const name = site ? nameOf(site) : "";
  const close = () => {
    operation.clearError();
    onClose();
  };
  const remove = () => {
    if (!site) return;
    operation.run({
      title: "Delete site",
      subject: name,
      start: () => startOperation("POST", api.fabricAction(vaultName, site.name, "remove")),
      onAccepted: close,
    });
  };
  return (
    <ConfirmDialog
      title={`Delete site ${name}?`}
      isOpen={site !== null}
      onClose={close}
      onConfirm={remove}
      confirmLabel="Delete site"
      busy={operation.isStarting}
    >
      <p>Its registration keys become useless. A site with registered servers or protected machines is not deleted.</p>
      {operation.error ? <ErrorBar error={operation.error} /> : null}
    </ConfirmDialog>
  );
}
