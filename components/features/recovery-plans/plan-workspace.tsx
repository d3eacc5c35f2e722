"use client";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { MessageBar } from "@/components/ui/message-bar";
import { pages } from "@/lib/client/paths";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { DraftToolbar } from "./draft-toolbar";
import { LeaveGuard } from "./leave-guard";
import { PlanCommands } from "./plan-commands";
import { PlanEditor } from "./plan-editor";
import { usePlanDraft } from "./use-plan-draft";

/** A plan, its draft, and what can be done with it. */
export function PlanWorkspace(props: {
  readonly vaultName: string;
  readonly plan: RecoveryPlanResource;
  /** The job that runs the plan, shown above the groups. */
  readonly run: ReactNode;
}) {
  const { vaultName, plan } = props;
  const router = useRouter();
  const edit = usePlanDraft(vaultName, plan);
  return (
    <div className="flex flex-col gap-5">
      <PlanCommands
        vaultName={vaultName}
        plan={plan}
        draft={edit.draft}
        onDraftDone={edit.forget}
        onDeleted={() => {
          edit.forget();
          router.push(pages.vaultTab(vaultName, "recovery-plans"));
        }}
      />
      <LeaveGuard
        isActive={edit.draft !== null}
        what={`Your changes to ${plan.properties.friendlyName}`}
        onLeave={edit.forget}
      />
      {props.run}
      {edit.isOutdated ? (
        <MessageBar tone="warning" title="This plan was saved elsewhere after you began to change it.">
          Saving replaces that version by yours. Discard your changes to see it.
        </MessageBar>
      ) : null}
      <DraftToolbar plan={plan} edit={edit} />
      <PlanEditor vaultName={vaultName} plan={plan} groups={edit.shown} onChange={edit.change} />
    </div>
  );
}
