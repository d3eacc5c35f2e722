"use client";
import { useQuery } from "@tanstack/react-query";
import { Flame, FolderX, RotateCcw } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Commands } from "@/components/shell/command-slot";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { KeyValue } from "@/components/ui/key-value";
import { LinkButton } from "@/components/ui/link-button";
import { ErrorBar, MessageBar } from "@/components/ui/message-bar";
import { TextLink } from "@/components/ui/text-link";
import { startOperation } from "@/lib/client/long-running";
import { api, nameInId, pages } from "@/lib/client/paths";
import { estateQuery } from "@/lib/client/queries/estate";
import type { EstateSite } from "@/lib/contract/portal";
import { FailSiteDialog } from "./fail-site-dialog";
import { MachineList, type RenderConsole } from "./machine-list";
import { ProcessList } from "./process-list";
import { RemoveSiteDialog } from "./remove-site-dialog";
import { SiteState } from "./site-state";

/** One site: its processes, its machines with their consoles, and the commands that break and mend it. */
export function SiteDetails(props: {
  readonly name: string;
  readonly renderConsole: RenderConsole;
  /** What its machines run on. */
  readonly hypervisor: ReactNode;
}) {
  const { name, renderConsole, hypervisor } = props;
  const estate = useQuery(estateQuery());
  const site = estate.data?.find((one) => one.name.toLowerCase() === name.toLowerCase());
  return (
    <>
      <PageHeader
        title={site?.name ?? name}
        back={{ href: pages.sites(), label: "On-premises sites" }}
        badges={site ? <SiteState site={site} /> : null}
      />
      <PageBody>
        <QueryView query={estate} what="the site">
          {() =>
            site ? (
              <SiteContent site={site} renderConsole={renderConsole} hypervisor={hypervisor} />
            ) : (
              <NoSite name={name} />
            )
          }
        </QueryView>
      </PageBody>
    </>
  );
}

function NoSite({ name }: { readonly name: string }) {
  return (
    <EmptyState
      icon={<FolderX />}
      title={`There is no site named ${name}`}
      actions={<LinkButton href={pages.sites()}>Show all sites</LinkButton>}
    >
      It was removed, or the address is misspelt.
    </EmptyState>
  );
}

function SiteContent(props: {
  readonly site: EstateSite;
  readonly renderConsole: RenderConsole;
  readonly hypervisor: ReactNode;
}) {
  const { site, renderConsole, hypervisor } = props;
  const { properties } = site;
  const vault = properties.registeredVaultId && nameInId(properties.registeredVaultId, "vaults");
  return (
    <>
      {properties.state === "failed" ? (
        <MessageBar tone="warning" title="This site has failed: all its processes were killed">
          Its machines are down and nothing is replicated. Run an unplanned failover in the vault, or restore the site.
        </MessageBar>
      ) : null}
      <Card title="Site">
        <KeyValue
          columns={3}
          entries={[
            {
              label: "Kind",
              value: KINDS[properties.kind],
            },
            {
              label: "Registered in",
              value: vault ? <TextLink href={pages.vault(vault)}>{vault}</TextLink> : "not registered in a vault",
            },
            {
              label: "Site of the vault",
              value: properties.registeredFabric ?? "–",
            },
            {
              label: "Folder",
              value: <span className="font-mono text-[0.8125rem] break-all">{properties.folder}</span>,
            },
          ]}
        />
      </Card>
      <ProcessList site={site} />
      <MachineList site={site} renderConsole={renderConsole} />
      {properties.kind === "folder" ? null : hypervisor}
      <SiteCommands site={site} />
    </>
  );
}

const KINDS: Readonly<Record<EstateSite["properties"]["kind"], string>> = {
  contoso: "The Contoso demo estate",
  contosoVmware: "The Contoso VMware demo",
  folder: "A folder of disk images",
};

function SiteCommands({ site }: { readonly site: EstateSite }) {
  const [open, setOpen] = useState<"fail" | "remove" | null>(null);
  const restore = useOperation();
  const { controlUnavailableReason, state, kind, registeredVaultId } = site.properties;
  return (
    <>
      {restore.error ? <ErrorBar error={restore.error} onDismiss={restore.clearError} /> : null}
      <FailSiteDialog site={site} isOpen={open === "fail"} onClose={() => setOpen(null)} />
      <RemoveSiteDialog site={site} isOpen={open === "remove"} onClose={() => setOpen(null)} />
      <Commands
        label="Commands for the site"
        commands={[
          {
            id: "fail",
            label: "Fail the site",
            icon: <Flame />,
            isDanger: true,
            disabledReason: controlUnavailableReason ?? (state === "failed" ? "The site has failed already." : null),
            onPress: () => setOpen("fail"),
          },
          {
            id: "restore",
            label: "Restore",
            icon: <RotateCcw />,
            disabledReason: controlUnavailableReason ?? (state === "running" ? "The site is running." : null),
            onPress: () =>
              restore.run({
                title: "Restore site",
                subject: site.name,
                start: () => startOperation("POST", api.estateSiteAction(site.name, "restore")),
              }),
          },
          {
            id: "remove",
            label: "Remove",
            icon: <FolderX />,
            isDanger: true,
            disabledReason: removeReason(kind, registeredVaultId),
            onPress: () => setOpen("remove"),
          },
        ]}
      />
    </>
  );
}

function removeReason(kind: EstateSite["properties"]["kind"], registeredVaultId: string | null): string | null {
  if (kind === "contoso") return "The demo estate belongs to this installation. Start with --reset to make it anew.";
  if (registeredVaultId) return "Its host is registered in a vault. Unregister it under the vault's Servers first.";
  return null;
}
