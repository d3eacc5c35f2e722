"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { FormDialog } from "@/components/ui/form-dialog";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { planGroupsMaxOf, planSettingsQuery } from "@/lib/client/queries/recovery-plans";
import { planRequests } from "./plan-requests";

const MOST = 50;

/** How many groups the plans of this vault may have. */
export function PlanSettingsDialog(props: { readonly vaultName: string; readonly onClose: () => void }) {
  const settings = useQuery(planSettingsQuery(props.vaultName)).data;
  const { run, isStarting, error } = useOperation();
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? String(planGroupsMaxOf(settings));
  const groups = Number(text);
  const isWrong = !Number.isInteger(groups) || groups < 1 || groups > MOST;
  const submit = () => {
    if (isWrong) return;
    const request = planRequests.settings(props.vaultName, groups);
    run({
      title: "Save plan settings",
      subject: props.vaultName,
      start: () => startOperation(request.method, request.path, request.body),
      onAccepted: props.onClose,
    });
  };
  return (
    <FormDialog
      title="Settings of recovery plans"
      submitLabel="Save settings"
      onSubmit={submit}
      onClose={props.onClose}
      busy={isStarting}
      error={error}
    >
      <TextField
        takesFocus
        label="Groups that a plan may have"
        hint={`Azure allows 7. Here up to ${MOST} are possible; such a plan cannot be taken to Azure as it is.`}
        inputMode="numeric"
        value={text}
        onChange={setTyped}
        error={isWrong ? `A whole number from 1 to ${MOST}.` : null}
        isRequired
      />
    </FormDialog>
  );
}
