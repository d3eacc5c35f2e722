"use client";
import { useQueryClient } from "@tanstack/react-query";
import { ClipboardCheck, Copy, Eraser, FileDown, FileUp, Save } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { useOperation } from "@/components/shell/use-operation";
import type { Command } from "@/components/ui/command-bar";
import { ErrorBar } from "@/components/ui/message-bar";
import { startOperation } from "@/lib/client/long-running";
import { recoveryPlanQuery } from "@/lib/client/queries/recovery-plans";
import { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { ClonePlanDialog } from "./clone-plan-dialog";
import { ExportPlanPanel } from "./export-plan-panel";
import { ImportPlanPanel } from "./import-plan-panel";
import type { PlanGroup } from "./plan-draft";
import { draftProblems } from "./plan-draft";
import { planRequests } from "./plan-requests";
import { planJobId, whyPlanCannot } from "./plan-status";
import { deleteVerb, oppositeOf, planVerbs, type PlanVerb } from "./plan-verbs";
import { ValidatePlanPanel } from "./validate-plan-panel";

const tools = {
  validate: ValidatePlanPanel,
  clone: ClonePlanDialog,
  export: ExportPlanPanel,
  import: ImportPlanPanel,
} as const;
type Tool = keyof typeof tools;

export interface PlanCommandsProps {
  readonly vaultName: string;
  readonly plan: RecoveryPlanResource;
  /** The draft; null when nothing was changed. */
  readonly draft: readonly PlanGroup[] | null;
  /** The draft was saved or given up. */
  readonly onDraftDone: () => void;
  readonly onDeleted: () => void;
}

const UNSAVED = "Save or discard your changes first.";

/** Save, check, run, settle, copy, delete: each with the reason when it is not possible now. */
export function PlanCommands({ vaultName, plan, draft, onDraftDone, onDeleted }: PlanCommandsProps) {
  const [verb, setVerb] = useState<PlanVerb | null>(null);
  const [tool, setTool] = useState<Tool | null>(null);
  const client = useQueryClient();
  const { run, isStarting, error, clearError } = useOperation();
  const save = () => {
    if (draft === null) return;
    const request = planRequests.update(vaultName, plan.name, draft);
    run({
      title: "Save recovery plan",
      subject: plan.properties.friendlyName,
      start: () => startOperation(request.method, request.path, request.body),
      onAccepted: ({ body }) => {
        // The answer is the plan as it is saved: what is on screen does not fall back to the old one meanwhile.
        const saved = RecoveryPlanResource.safeParse(body);
        if (saved.success) client.setQueryData(recoveryPlanQuery(vaultName, plan.name).queryKey, saved.data);
        onDraftDone();
      },
    });
  };
  const close = () => {
    setVerb(null);
    clearError();
  };
  const choose = (one: PlanVerb) => {
    clearError();
    setVerb(one);
  };
  const nothing = draft === null ? "Nothing was changed." : null;
  const ofTool = (id: Tool, label: string, icon: Command["icon"], disabledReason: string | null): Command => ({
    id,
    label,
    icon,
    disabledReason,
    onPress: () => setTool(id),
  });
  const ofVerb = (one: PlanVerb): Command => ({
    id: one.operation,
    label: one.label,
    icon: one.icon,
    disabledReason: reasonOf(one, plan, draft !== null),
    isDanger: one === deleteVerb,
    onPress: () => choose(one),
  });
  const unsaved = draft === null ? null : UNSAVED;
  const commands: Command[] = [
    {
      id: "save",
      label: "Save",
      icon: <Save />,
      onPress: save,
      disabledReason: nothing ?? draftProblems(draft ?? [])[0] ?? null,
    },
    { id: "discard", label: "Discard", icon: <Eraser />, onPress: onDraftDone, disabledReason: nothing },
    ofTool("validate", "Validate", <ClipboardCheck />, unsaved),
    ...planVerbs.map(ofVerb),
    ofTool("clone", "Clone", <Copy />, unsaved),
    ofTool("export", "Export", <FileDown />, unsaved),
    ofTool("import", "Import", <FileUp />, unsaved),
    ofVerb(deleteVerb),
  ];
  const opposite = verb && oppositeOf(verb);
  const changeDirection = opposite && reasonOf(opposite, plan, draft !== null) === null ? () => choose(opposite) : null;
  const Tool = tool === null ? null : tools[tool];
  return (
    <>
      <Commands label={`Commands for ${plan.properties.friendlyName}`} commands={commands} />
      {error && verb === null ? <ErrorBar error={error} onDismiss={clearError} /> : null}
      {Tool === null ? null : <Tool vaultName={vaultName} plan={plan} onClose={() => setTool(null)} />}
      {verb === null ? null : (
        <verb.Dialog
          key={verb.operation}
          plan={plan}
          vaultName={vaultName}
          busy={isStarting}
          error={error}
          onClose={close}
          onChangeDirection={changeDirection}
          onRun={(request) =>
            run({
              title: verb.label,
              subject: plan.properties.friendlyName,
              start: () => startOperation(request.method, request.path, request.body),
              onAccepted: close,
              ...(endsPlan(verb) ? { onSucceeded: onDeleted } : {}),
            })
          }
        />
      )}
    </>
  );
}

const endsPlan = (verb: PlanVerb) => verb === deleteVerb || verb.operation === "CompleteMigration";

function reasonOf(verb: PlanVerb, plan: RecoveryPlanResource, hasUnsavedChanges: boolean): string | null {
  if (verb !== deleteVerb) return whyPlanCannot(verb.operation, plan, hasUnsavedChanges);
  return planJobId(plan) === null ? null : "A job of this plan is running. Wait until it has ended.";
}
