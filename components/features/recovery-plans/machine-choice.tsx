"use client";
import { DataTable } from "@/components/ui/data-table";
import type { PlanMachine } from "./plan-draft";

/** Which machines to take into a plan. */
export function MachineChoice(props: {
  readonly machines: readonly PlanMachine[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
  readonly emptyText: string;
}) {
  if (props.machines.length === 0) return <p className="text-muted">{props.emptyText}</p>;
  return (
    <DataTable
      label="Machines"
      columns={[{ key: "name", header: "Machine", cell: (machine) => machine.name, sortValue: (m) => m.name }]}
      rows={props.machines}
      rowKey={(machine) => machine.id}
      rowText={(machine) => machine.name}
      selection={{ mode: "multiple", keys: props.chosen, onChange: props.onChange }}
    />
  );
}
