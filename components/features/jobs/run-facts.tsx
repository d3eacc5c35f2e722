"use client";
import { useQuery } from "@tanstack/react-query";
import { CopyIconButton } from "@/components/ui/copy-button";
import { KeyValue, type KeyValueEntry } from "@/components/ui/key-value";
import { MessageBar } from "@/components/ui/message-bar";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import { recoveryPlanQuery } from "@/lib/client/queries/recovery-plans";
import type { PlanRunFacts } from "@/lib/contract/plan-actions";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { stateText } from "./job-model";

export const planRunOf = ({ properties }: ReplicationJobResource): PlanRunFacts | null =>
  "planRun" in properties.customDetails ? (properties.customDetails.planRun ?? null) : null;

/** How a plan was run: the copy that was started, which later edits do not change, and what was chosen for it. */
export function RunFacts(props: { readonly job: ReplicationJobResource; readonly vaultName: string }) {
  const planName = props.job.properties.targetObjectName;
  const facts = planRunOf(props.job);
  const plan = useQuery({ ...recoveryPlanQuery(props.vaultName, planName), enabled: facts !== null }).data ?? null;
  if (facts === null) return null;
  const isEdited = plan !== null && plan.properties.planHash !== facts.planHash;
  return (
    <div className="flex flex-col gap-3">
      {isEdited ? (
        <MessageBar tone="info" title="The plan has been changed since this run was started.">
          The run keeps to the copy that was started.{" "}
          <TextLink href={pages.recoveryPlan(props.vaultName, planName)}>Open the plan as it is now</TextLink>
        </MessageBar>
      ) : null}
      <KeyValue
        columns={3}
        entries={[
          { label: "Direction", value: directionOf(facts) },
          ...choicesOf(facts, props.job.properties.scenarioName === "TestFailover"),
          { label: "Hash of the plan that runs", value: <Hash text={facts.planHash} /> },
        ]}
      />
    </div>
  );
}

const directionOf = ({ failoverDirection }: PlanRunFacts) =>
  failoverDirection === "PrimaryToRecovery" ? "From the site to Azure" : "From Azure back to the site";

/** A failback has no choices of these: it takes what the machines in Azure have when they are stopped. */
function choicesOf(facts: PlanRunFacts, isTest: boolean): KeyValueEntry[] {
  if (facts.failoverDirection === "RecoveryToPrimary") return [];
  return [
    { label: "Recovery point", value: pointOf(facts) },
    isTest
      ? { label: "Network", value: facts.networkName ?? "Not connected" }
      : { label: "Source", value: facts.shutsDownSource ? "Shut down first" : "Not touched" },
  ];
}

function pointOf({ recoveryPointType, usesSharedPoints, customPoints }: PlanRunFacts): string {
  const base = usesSharedPoints ? "Latest that each consistency group shares" : stateText(recoveryPointType);
  return customPoints === 0 ? base : `Chosen for ${customPoints} of the machines; otherwise ${base.toLowerCase()}`;
}

function Hash({ text }: { readonly text: string }) {
  return (
    <span className="inline-flex items-center gap-1 font-mono text-[0.8125rem]">
      {text.slice(0, 12)}…
      <CopyIconButton text={text} label="Copy the hash of the plan" />
    </span>
  );
}
