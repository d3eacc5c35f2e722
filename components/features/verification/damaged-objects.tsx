"use client";
import { Card } from "@/components/ui/card";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { formatPlural } from "@/components/ui/format";
import { StatusBadge } from "@/components/ui/status-badge";
import type { VerificationView } from "@/lib/contract/verification";

type DamagedObject = VerificationView["properties"]["damagedObjects"][number];

const problems: Record<DamagedObject["problem"], string> = {
  missing: "Missing",
  truncated: "Cut short",
  altered: "Altered",
  foreign: "Of another vault",
};

const columns: readonly TableColumn<DamagedObject>[] = [
  { key: "kind", header: "What", cell: (object) => object.kind, sortValue: (object) => object.kind },
  {
    key: "problem",
    header: "Problem",
    cell: (object) => <StatusBadge tone="bad">{problems[object.problem]}</StatusBadge>,
    sortValue: (object) => object.problem,
  },
  { key: "meaning", header: "What it means", cell: (object) => object.meaning },
  {
    key: "name",
    header: "Name in the storage account",
    hideBelow: "lg",
    cell: (object) => <span className="font-mono text-[0.8125rem] break-all">{object.name}</span>,
  },
];

/** The files at fault, for whoever looks after the storage. */
export function DamagedObjects(props: {
  readonly objects: readonly DamagedObject[];
  readonly unlisted: readonly string[];
}) {
  if (props.objects.length === 0 && props.unlisted.length === 0) return null;
  return (
    <Card title="Damaged objects" description="The files of the storage account that are not as they were stored.">
      {props.objects.length === 0 ? null : (
        <DataTable
          label="Damaged objects"
          columns={columns}
          rows={props.objects}
          rowKey={(object) => object.name}
          rowText={(object) => `${object.kind} ${object.name}`}
        />
      )}
      {props.unlisted.length === 0 ? null : (
        <p className="mt-3 text-muted">
          {`No index lists ${formatPlural(props.unlisted.length, "pack")} that recovery points need. Nothing is lost by that: they are found by their own headers, which makes reading slower. A repair writes the index anew.`}
        </p>
      )}
    </Card>
  );
}
