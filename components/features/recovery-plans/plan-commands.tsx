"use client";
import { CalendarClock, CircleCheckBig, FlaskConical, Save, Siren, Stamp, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { useOperation } from "@/components/shell/use-operation";
import type { Command } from "@/components/ui/command-bar";
import { ErrorBar } from "@/components/ui/message-bar";
import { startOperation } from "@/lib/client/long-running";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import type { PlanGroup } from "./plan-draft";
import { draftProblems } from "./plan-draft";
import { planRequests } from "./plan-requests";
import { planJobId, whyPlanCannot } from "./plan-status";
import * as dialogs from "./run-plan-dialogs";

const verbs = {
  TestFailover: { label: "Test failover", icon: <FlaskConical />, Dialog: dialogs.TestPlanDialog },
  TestFailoverCleanup: { label: "Complete test", icon: <CircleCheckBig />, Dialog: dialogs.CompletePlanTestDialog },
  PlannedFailover: { label: "Planned failover", icon: <CalendarClock />, Dialog: dialogs.PlannedPlanDialog },
  UnplannedFailover: { label: "Unplanned failover", icon: <Siren />, Dialog: dialogs.UnplannedPlanDialog },
  Commit: { label: "Commit", icon: <Stamp />, Dialog: dialogs.CommitPlanDialog },
  Delete: { label: "Delete", icon: <Trash2 />, Dialog: dialogs.DeletePlanDialog },
} as const;
type Verb = keyof typeof verbs;
const order = Object.keys(verbs) as readonly Verb[];

export interface PlanCommandsProps {
  readonly vaultName: string;
  readonly plan: RecoveryPlanResource;
  /** The draft; null when nothing was changed. */
  readonly draft: readonly PlanGroup[] | null;
  /** The draft was saved or given up. */
  readonly onDraftDone: () => void;
  readonly onDeleted: () => void;
}

/** Save, run, complete, commit, delete: each with the reason when it is not possible now. */
export function PlanCommands({ vaultName, plan, draft, onDraftDone, onDeleted }: PlanCommandsProps) {
  const [open, setOpen] = useState<Verb | null>(null);
  const { run, isStarting, error, clearError } = useOperation();
  const isRunning = planJobId(plan) !== null;
  const problem = draft === null ? "Nothing was changed." : (draftProblems(draft)[0] ?? null);
  const save = () => {
    if (draft === null) return;
    const request = planRequests.update(vaultName, plan.name, draft);
    run({
      title: "Save recovery plan",
      subject: plan.properties.friendlyName,
      start: () => startOperation(request.method, request.path, request.body),
      onSucceeded: onDraftDone,
    });
  };
  const close = () => {
    setOpen(null);
    clearError();
  };
  const reason = (verb: Verb) => {
    if (verb !== "Delete") return whyPlanCannot(verb, plan, draft !== null);
    return isRunning ? "A job of this plan is running. Wait until it has ended." : null;
  };
  const commands: Command[] = [
    { id: "save", label: "Save", icon: <Save />, onPress: save, disabledReason: problem },
    {
      id: "discard",
      label: "Discard",
      icon: <Undo2 />,
      onPress: onDraftDone,
      disabledReason: draft === null ? "Nothing was changed." : null,
    },
    ...order.map((verb) => ({
      id: verb,
      label: verbs[verb].label,
      icon: verbs[verb].icon,
      disabledReason: reason(verb),
      isDanger: verb === "Delete",
      onPress: () => {
        clearError();
        setOpen(verb);
      },
    })),
  ];
  const Dialog = open === null ? null : verbs[open].Dialog;
  return (
    <>
      <Commands label={`Commands for ${plan.properties.friendlyName}`} commands={commands} />
      {error && open === null ? <ErrorBar error={error} onDismiss={clearError} /> : null}
      {Dialog && open ? (
        <Dialog
          plan={plan}
          vaultName={vaultName}
          busy={isStarting}
          error={error}
          onClose={close}
          onRun={(request) =>
            run({
              title: verbs[open].label,
              subject: plan.properties.friendlyName,
              start: () => startOperation(request.method, request.path, request.body),
              onAccepted: close,
              ...(open === "Delete" ? { onSucceeded: onDeleted } : {}),
            })
          }
        />
      ) : null}
    </>
  );
}
