"use client";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";
import { pages } from "@/lib/client/paths";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import type { PlanGroup } from "./plan-draft";
import { PlanCommands } from "./plan-commands";
import { isSameDraft } from "./plan-draft";
import { PlanEditor } from "./plan-editor";

/** A plan with its draft: what is edited stays here until it is saved, whatever arrives from the server meanwhile. */
export function PlanWorkspace(props: {
  readonly vaultName: string;
  readonly plan: RecoveryPlanResource;
  /** The job that runs the plan, shown above the groups. */
  readonly run: ReactNode;
}) {
  const { vaultName, plan } = props;
  const router = useRouter();
  const [edited, setEdited] = useState<readonly PlanGroup[] | null>(null);
  const draft = edited !== null && isSameDraft(edited, plan.properties.groups) ? null : edited;
  return (
    <div className="flex flex-col gap-5">
      <PlanCommands
        vaultName={vaultName}
        plan={plan}
        draft={draft}
        onDraftDone={() => setEdited(null)}
        onDeleted={() => router.push(pages.vaultTab(vaultName, "recovery-plans"))}
      />
      {props.run}
      <PlanEditor vaultName={vaultName} plan={plan} groups={draft ?? plan.properties.groups} onChange={setEdited} />
    </div>
  );
}
