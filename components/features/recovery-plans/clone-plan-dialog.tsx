"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { fieldProblem, elsewhere } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { FormDialog } from "@/components/ui/form-dialog";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { pages } from "@/lib/client/paths";
import { resourceNameProblem } from "@/lib/domain/names";
import type { PlanToolProps } from "./plan-dialog-props";
import { planRequests } from "./plan-requests";

const NAME_TARGETS = ["name", "properties.name"] as const;

/** A second plan with the same groups and actions, to be changed without touching the first. */
export function ClonePlanDialog({ vaultName, plan, onClose }: PlanToolProps) {
  const router = useRouter();
  const { run, isStarting, error } = useOperation();
  const [typed, setName] = useState(`${plan.name}-copy`);
  const name = typed.trim();
  const problem = resourceNameProblem(name, "recovery plan");
  const submit = () => {
    if (problem !== null) return;
    const request = planRequests.clone(vaultName, plan.name, name);
    run({
      title: "Clone recovery plan",
      subject: name,
      start: () => startOperation(request.method, request.path, request.body),
      onAccepted: () => {
        onClose();
        router.push(pages.recoveryPlan(vaultName, name));
      },
    });
  };
  return (
    <FormDialog
      title={`Clone ${plan.properties.friendlyName}`}
      submitLabel="Clone plan"
      onSubmit={submit}
      onClose={onClose}
      busy={isStarting}
      error={elsewhere(error, ...NAME_TARGETS)}
    >
      <p>
        The new plan has the same machines, groups and actions. It has not been tested. While a run of one plan holds a
        machine, a run of the other skips it.
      </p>
      <TextField
        takesFocus
        label="Name of the new plan"
        value={typed}
        onChange={setName}
        error={fieldProblem(problem, error, ...NAME_TARGETS)}
        isRequired
      />
    </FormDialog>
  );
}
