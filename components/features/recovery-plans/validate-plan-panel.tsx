"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { SidePanel } from "@/components/ui/side-panel";
import { toArmError } from "@/lib/client/arm-error";
import { protectedItemsQuery } from "@/lib/client/queries/protected-items";
import type { PlanToolProps } from "./plan-dialog-props";
import { itemsOfPlan } from "./plan-machines";
import { validatePlan } from "./plan-questions";
import { LATEST_POINT, providerOfPlan, type PlanChoice } from "./plan-requests";
import { PointChoice, pointProblem } from "./point-choice";
import { directionText } from "./run-order";
import { useTestNetworks } from "./test-networks";
import { ValidationResult } from "./validation-result";

const types = [
  { value: "TestFailover", label: "Test failover", failoverType: "TestFailover", direction: "PrimaryToRecovery" },
  { value: "Planned", label: "Planned failover", failoverType: "PlannedFailover", direction: "PrimaryToRecovery" },
  {
    value: "Unplanned",
    label: "Unplanned failover",
    failoverType: "UnplannedFailover",
    direction: "PrimaryToRecovery",
  },
  { value: "Failback", label: "Failback", failoverType: "PlannedFailover", direction: "RecoveryToPrimary" },
] as const;

/** Looks at all that a run would look at before it touches anything: what is ready, what is in the way, and the cure. */
export function ValidatePlanPanel({ vaultName, plan, onClose }: PlanToolProps) {
  const items = useQuery(protectedItemsQuery(vaultName)).data ?? [];
  const isOver = itemsOfPlan(items, plan.properties.groups).some(
    ({ properties }) => properties.activeLocation === "Recovery",
  );
  const [chosenType, setType] = useState<(typeof types)[number] | null>(null);
  const [network, setNetwork] = useState<string | null>(null);
  const [point, setPoint] = useState(LATEST_POINT);
  const isVMware = providerOfPlan(plan) === "InMageAzureV2";
  const [shutDownSource, setShutDownSource] = useState(isVMware);
  const networks = useTestNetworks(network);
  // Where the machines run in Azure, the way back is the question.
  const { value, failoverType, direction } = chosenType ?? (isOver ? types[3] : types[0]);
  const choice: PlanChoice = { failoverType, direction, networkId: networks.networkId, point, shutDownSource };
  const check = useMutation({ mutationFn: () => validatePlan(vaultName, plan.name, choice) });
  const choosing =
    <T,>(set: (value: T) => void) =>
    (next: T) => {
      set(next);
      check.reset();
    };
  const takesPoint = failoverType !== "PlannedFailover";
  return (
    <SidePanel
      title={`Validate ${plan.properties.friendlyName}`}
      description="Looks at every machine and action, and changes nothing: no machine, no disk, no setting."
      isOpen
      onClose={onClose}
      onSubmit={() => check.mutate()}
      submitLabel="Validate"
      busy={check.isPending}
      disabledReason={takesPoint ? pointProblem(point) : null}
      width="wide"
    >
      <Select
        label="Kind of run"
        // VMware machines have no planned failover to Azure.
        options={types.filter((one) => !isVMware || one.value !== "Planned")}
        value={value}
        onChange={choosing((next: string) => setType(types.find((one) => one.value === next) ?? types[0]))}
        hint={directionText(direction, plan.properties.primaryFabricFriendlyName)}
        isRequired
      />
      {failoverType === "TestFailover" ? (
        <Select
          label="Network of the test machines"
          options={networks.options}
          value={networks.value}
          onChange={choosing(setNetwork)}
          isRequired
        />
      ) : null}
      {takesPoint ? (
        <PointChoice vaultName={vaultName} plan={plan} value={point} onChange={choosing(setPoint)} />
      ) : null}
      {failoverType === "UnplannedFailover" ? (
        <Checkbox isSelected={shutDownSource} onChange={choosing(setShutDownSource)}>
          Shut down the source machines first, where the site answers
        </Checkbox>
      ) : null}
      {check.error ? <ErrorBar error={toArmError(check.error)} /> : null}
      {check.data ? <ValidationResult vaultName={vaultName} plan={plan} result={check.data} /> : null}
    </SidePanel>
  );
}
