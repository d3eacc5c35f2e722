"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Select } from "@/components/ui/select";
import { protectedItemsQuery } from "@/lib/client/queries/protected-items";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { CustomPointsTable } from "./custom-points-table";
import { itemsOfPlan } from "./plan-machines";
import type { PlanPoint } from "./plan-requests";

const points: readonly { readonly value: PlanPoint["type"]; readonly label: string; readonly hint: string }[] = [
  { value: "Latest", label: "Latest", hint: "What each source has now is sent first when its site answers." },
  {
    value: "LatestProcessed",
    label: "Latest processed",
    hint: "The newest point that is in the vault already: faster.",
  },
  {
    value: "LatestApplicationConsistent",
    label: "Latest application-consistent",
    hint: "The newest point whose workload was brought to rest before the cut.",
  },
  {
    value: "LatestMultiVmConsistent",
    label: "Latest multi-VM consistent",
    hint: "Machines of a consistency group start from the newest point that all of them share; others from their latest processed.",
  },
  { value: "Custom", label: "Custom", hint: "A point for each machine; the others start from their latest processed." },
];

export const CUSTOM_NEEDED = "Choose a point for at least one machine, or another kind of recovery point.";

/** Which moment each machine of the plan starts from. */
export function PointChoice(props: {
  readonly vaultName: string;
  readonly plan: RecoveryPlanResource;
  readonly value: PlanPoint;
  readonly onChange: (value: PlanPoint) => void;
  /** The machines have failed over: their sources have nothing later, and only those whose point can be changed are listed. */
  readonly isChange?: boolean;
}) {
  const { value, onChange, isChange = false } = props;
  const all = useQuery(protectedItemsQuery(props.vaultName)).data ?? [];
  const items = isChange ? all.filter((item) => item.properties.allowedOperations.includes("ChangePit")) : all;
  const offered = points.filter((point) => !isChange || point.value !== "Latest");
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  return (
    <>
      <Select
        label="Recovery point of each machine"
        options={offered}
        value={value.type}
        onChange={(type) => {
          setChosen(new Map());
          onChange({ type: offered.find((one) => one.value === type)?.value ?? "Custom", custom: [] });
        }}
        isRequired
      />
      {value.type === "Custom" ? (
        <CustomPointsTable
          vaultName={props.vaultName}
          items={itemsOfPlan(items, props.plan.properties.groups)}
          chosen={chosen}
          onChange={(next, custom) => {
            setChosen(next);
            onChange({ type: "Custom", custom });
          }}
        />
      ) : null}
    </>
  );
}

export const pointProblem = (point: PlanPoint): string | null =>
  point.type === "Custom" && point.custom.length === 0 ? CUSTOM_NEEDED : null;
