"use client";
import { VariableList } from "@/components/features/automation/variable-list";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function VariablesPage() {
  return (
    <PageBody>
      <PageTitle>Variables</PageTitle>
      <VariableList account={useRouteName("account")} />
    </PageBody>
  );
}
