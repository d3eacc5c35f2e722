"use client";
import { useQuery } from "@tanstack/react-query";
import { FileQuestion } from "lucide-react";
import type { ReactNode } from "react";
import { PageTitle } from "@/components/shell/page-title";
import { QueryView } from "@/components/shell/query-view";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { ArmError } from "@/lib/client/arm-error";
import { pages } from "@/lib/client/paths";
import { recoveryPlanQuery } from "@/lib/client/queries/recovery-plans";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";

/** The plan that the address names, or what to do when there is none. */
export function PlanByName(props: {
  readonly vaultName: string;
  readonly planName: string;
  readonly children: (plan: RecoveryPlanResource) => ReactNode;
}) {
  const query = useQuery(recoveryPlanQuery(props.vaultName, props.planName));
  if (query.error instanceof ArmError && query.error.status === 404 && query.data === undefined)
    return (
      <>
        <PageTitle>No such recovery plan</PageTitle>
        <EmptyState
          icon={<FileQuestion />}
          title="There is no such plan in this vault"
          actions={
            <LinkButton href={pages.vaultTab(props.vaultName, "recovery-plans")}>Show all recovery plans</LinkButton>
          }
        >
          The address is misspelt, or the plan {props.planName} was deleted.
        </EmptyState>
      </>
    );
  return (
    <QueryView query={query} what="the recovery plan">
      {props.children}
    </QueryView>
  );
}
