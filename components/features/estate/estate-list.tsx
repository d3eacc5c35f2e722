"use client";
import { useQuery } from "@tanstack/react-query";
import { Boxes, FolderPlus, ServerCog } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { QueryView } from "@/components/shell/query-view";
import { Button } from "@/components/ui/button";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount } from "@/components/ui/format";
import { TextLink } from "@/components/ui/text-link";
import { nameInId, pages } from "@/lib/client/paths";
import { estateQuery } from "@/lib/client/queries/estate";
import type { EstateSite } from "@/lib/contract/portal";
import { AddDemoPanel } from "./add-demo-panel";
import { AddFolderPanel } from "./add-folder-panel";
import { SiteState } from "./site-state";

/** The on-premises sites that live on this computer. */
export function EstateList() {
  const estate = useQuery(estateQuery());
  const [adding, setAdding] = useState<"folder" | "demo" | null>(null);
  const close = () => setAdding(null);
  return (
    <>
      <QueryView query={estate} what="the sites">
        {(rows) => (
          <DataTable
            label="On-premises sites"
            rows={rows}
            rowKey={(site) => site.id}
            rowText={(site) => site.name}
            columns={columns}
            href={(site) => pages.site(site.name)}
            empty={
              <EmptyState
                icon={<Boxes />}
                title="There is no site yet"
                actions={
                  <Button variant="primary" icon={<FolderPlus />} onPress={() => setAdding("folder")}>
                    Add a folder
                  </Button>
                }
              >
                A folder of disk images (VHD, VHDX, VMDK, qcow2, raw) becomes a site whose machines can be protected and
                tested.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      <AddFolderPanel isOpen={adding === "folder"} onClose={close} />
      <AddDemoPanel isOpen={adding === "demo"} onClose={close} />
      <Commands
        label="Commands for sites"
        commands={[
          { id: "add", label: "Add folder", icon: <FolderPlus />, onPress: () => setAdding("folder") },
          { id: "demo", label: "Add VMware demo site", icon: <ServerCog />, onPress: () => setAdding("demo") },
        ]}
      />
    </>
  );
}

const columns: readonly TableColumn<EstateSite>[] = [
  { key: "name", header: "Site", cell: (site) => site.name, sortValue: (site) => site.name },
  {
    key: "state",
    header: "Status",
    cell: (site) => <SiteState site={site} />,
    sortValue: (site) => site.properties.state,
  },
  {
    key: "machines",
    header: "Machines",
    align: "end",
    cell: (site) => formatCount(site.properties.machines.length),
    hideBelow: "sm",
  },
  {
    key: "vault",
    header: "Registered in",
    cell: (site) => {
      const vault = site.properties.registeredVaultId && nameInId(site.properties.registeredVaultId, "vaults");
      return vault ? <TextLink href={pages.vault(vault)}>{vault}</TextLink> : "not registered";
    },
    hideBelow: "md",
  },
  {
    key: "folder",
    header: "Folder",
    cell: (site) => <span className="font-mono text-[0.8125rem] break-all">{site.properties.folder}</span>,
    hideBelow: "lg",
  },
];
