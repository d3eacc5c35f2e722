"use client";
import type { ReactNode } from "react";
import { MessageBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { nameInId, pages } from "@/lib/client/paths";
import type { PlanFinding, PlanValidation } from "@/lib/contract/plan-validation";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { kindLabels } from "./action-summary";
import { placeText, runbookOfAction, summaryOf } from "./validation-model";

type Result = PlanValidation["properties"];
type Machine = Result["machines"][number];
type Action = Result["actions"][number];

/** Per machine and action: ready, or blocked by what, and the cure with the way to it. */
export function ValidationResult(props: {
  readonly vaultName: string;
  readonly plan: RecoveryPlanResource;
  readonly result: Result;
}) {
  const { vaultName, result } = props;
  return (
    <section aria-label="Result of the validation" className="flex flex-col gap-4">
      <MessageBar tone={result.ready ? "success" : "warning"} title={summaryOf(result)}>
        Checked on <ExactTime at={result.checkedAt} />. Nothing was changed.
      </MessageBar>
      {result.findings.length > 0 ? (
        <div className="rounded-md border border-line px-3 py-2">
          <h3 className="font-semibold">The plan</h3>
          <Findings findings={result.findings} />
        </div>
      ) : null}
      <h3 className="font-semibold">Machines</h3>
      <ul aria-label="Machines" className="divide-y divide-line rounded-md border border-line">
        {result.machines.map((machine) => (
          <MachineResult key={machine.replicationProtectedItemId} machine={machine} vaultName={vaultName} />
        ))}
      </ul>
      {result.actions.length > 0 ? (
        <>
          <h3 className="font-semibold">Actions</h3>
          <ul aria-label="Actions" className="divide-y divide-line rounded-md border border-line">
            {result.actions.map((action) => (
              <ActionResult
                key={`${action.group} ${action.position} ${action.actionName}`}
                action={action}
                plan={props.plan}
              />
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
}

function MachineResult({ machine, vaultName }: { readonly machine: Machine; readonly vaultName: string }) {
  const name = nameInId(machine.replicationProtectedItemId, "replicationProtectedItems");
  const at = machine.recoveryPoint?.at;
  return (
    <Row
      title={
        name ? (
          <TextLink href={pages.protectedItem(vaultName, name)}>{machine.machineName}</TextLink>
        ) : (
          machine.machineName
        )
      }
      place={`Group ${machine.group}`}
      state={machine.skippedReason === null ? readiness(machine.ready) : <StatusBadge tone="idle">Skipped</StatusBadge>}
      note={
        machine.skippedReason ??
        (at ? (
          <>
            From the recovery point of <ExactTime at={at} />
          </>
        ) : null)
      }
      findings={machine.findings}
    />
  );
}

function ActionResult({ action, plan }: { readonly action: Action; readonly plan: RecoveryPlanResource }) {
  const runbook = runbookOfAction(plan.properties.groups, action);
  return (
    <Row
      title={action.actionName}
      place={`${kindLabels[action.instanceType]}, ${placeText(action)}`}
      state={action.applies ? readiness(action.ready) : <StatusBadge tone="idle">Does not run</StatusBadge>}
      note={
        action.applies ? (
          runbook === null ? null : (
            <TextLink href={pages.runbook(runbook.account, runbook.runbook)}>Open runbook {runbook.runbook}</TextLink>
          )
        ) : (
          "A run of this type and direction passes it over."
        )
      }
      findings={action.findings}
    />
  );
}

const readiness = (ready: boolean) => (
  <StatusBadge tone={ready ? "good" : "bad"}>{ready ? "Ready" : "Blocked"}</StatusBadge>
);

function Row(props: {
  readonly title: ReactNode;
  readonly place: string;
  readonly state: ReactNode;
  readonly note: ReactNode;
  readonly findings: readonly PlanFinding[];
}) {
  return (
    <li className="px-3 py-2">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="min-w-0 flex-1 font-medium wrap-anywhere">
          {props.title} <span className="text-[0.8125rem] font-normal text-muted">{props.place}</span>
        </span>
        {props.state}
      </div>
      {props.note === null ? null : <p className="text-[0.8125rem] text-muted">{props.note}</p>}
      <Findings findings={props.findings} />
    </li>
  );
}

function Findings({ findings }: { readonly findings: readonly PlanFinding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-col gap-1">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.message}`} className="text-[0.8125rem]">
          <p className={finding.severity === "Error" ? "text-bad" : "text-warn"}>
            {finding.severity === "Error" ? "" : "To know: "}
            {finding.message}
          </p>
          {finding.possibleCauses ? <p className="text-muted">{finding.possibleCauses}</p> : null}
          <p>
            <span className="font-medium">Cure: </span>
            {finding.recommendedAction}
          </p>
        </li>
      ))}
    </ul>
  );
}
