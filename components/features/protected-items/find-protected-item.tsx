"use client";
import { useQuery } from "@tanstack/react-query";
import { ShieldQuestion } from "lucide-react";
import { useSearchParams } from "next/navigation";
import type { ReactNode } from "react";
import { PageTitle } from "@/components/shell/page-title";
import { QueryView } from "@/components/shell/query-view";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { pages } from "@/lib/client/paths";
import { fabricOf, protectedItemsQuery } from "@/lib/client/queries/protected-items";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";

export interface FindProtectedItemProps {
  readonly vaultName: string;
  readonly itemName: string;
  readonly children: (item: ProtectedItemResource) => ReactNode;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The item that the address names. Two sites may use one name: then the person chooses, never the page. */
export function FindProtectedItem({ vaultName, itemName, children }: FindProtectedItemProps) {
  const site = useSearchParams().get("site");
  const query = useQuery(protectedItemsQuery(vaultName));
  return (
    <QueryView query={query} what="the machine">
      {(items) => {
        const named = items.filter((item) => same(item.name, itemName));
        const found = site === null ? named : named.filter((item) => same(fabricOf(item), site));
        const [item] = found;
        if (item !== undefined && found.length === 1) return children(item);
        return found.length > 1 ? (
          <ChooseSite vaultName={vaultName} items={found} />
        ) : (
          <NotProtected vaultName={vaultName} itemName={itemName} />
        );
      }}
    </QueryView>
  );
}

function ChooseSite({
  vaultName,
  items,
}: {
  readonly vaultName: string;
  readonly items: readonly ProtectedItemResource[];
}) {
  return (
    <>
      <PageTitle>Two machines of one name</PageTitle>
      <EmptyState
        icon={<ShieldQuestion />}
        title="Two sites protect a machine of this name"
        actions={items.map((item) => (
          <LinkButton
            key={item.id}
            href={`${pages.protectedItem(vaultName, item.name)}?site=${encodeURIComponent(fabricOf(item))}`}
          >
            {`${item.properties.friendlyName} of ${fabricOf(item)}`}
          </LinkButton>
        ))}
      >
        Choose the one you mean.
      </EmptyState>
    </>
  );
}

function NotProtected({ vaultName, itemName }: { readonly vaultName: string; readonly itemName: string }) {
  return (
    <>
      <PageTitle>No such protected item</PageTitle>
      <EmptyState
        icon={<ShieldQuestion />}
        title="This machine is not protected"
        actions={<LinkButton href={pages.vaultTab(vaultName, "protected-items")}>Show protected items</LinkButton>}
      >
        No protected item of this vault is named {itemName}. Its protection may have been disabled.
      </EmptyState>
    </>
  );
}
