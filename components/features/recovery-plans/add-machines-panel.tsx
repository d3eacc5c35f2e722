"use client";
import { useState } from "react";
import { SidePanel } from "@/components/ui/side-panel";
import { MachineChoice } from "./machine-choice";
import type { PlanMachine } from "./plan-draft";

export function AddMachinesPanel(props: {
  readonly groupTitle: string;
  readonly machines: readonly PlanMachine[];
  readonly onAdd: (machines: readonly PlanMachine[]) => void;
  readonly onClose: () => void;
}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const picked = props.machines.filter((machine) => chosen.has(machine.id));
  return (
    <SidePanel
      title={`Add machines to ${props.groupTitle}`}
      description="Protected machines of the plan's site that are not in the plan yet."
      isOpen
      onClose={props.onClose}
      onSubmit={() => props.onAdd(picked)}
      submitLabel="Add"
      disabledReason={picked.length === 0 ? "Choose at least one machine." : null}
    >
      <MachineChoice
        machines={props.machines}
        chosen={chosen}
        onChange={setChosen}
        emptyText="All protected machines of this site are in the plan already."
      />
    </SidePanel>
  );
}
