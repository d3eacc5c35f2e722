"use client";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { formatDiskSize, formatPlural } from "@/components/ui/format";
import { MessageBar } from "@/components/ui/message-bar";
import { StatusBadge } from "@/components/ui/status-badge";
import type { Candidate, Problem } from "./enable-protection-model";

const columns: readonly TableColumn<Candidate>[] = [
  { key: "name", header: "Machine", cell: (one) => one.title, sortValue: (one) => one.title },
  {
    key: "availability",
    header: "Eligibility",
    cell: ({ availability }) => {
      if (availability === "ready") return <StatusBadge tone="good">Can be protected</StatusBadge>;
      if (availability === "protected") return <StatusBadge tone="idle">Protected already</StatusBadge>;
      return <StatusBadge tone="bad">Not protectable</StatusBadge>;
    },
    sortValue: (one) => one.availability,
  },
  { key: "os", header: "System", hideBelow: "md", cell: (one) => one.system },
  {
    key: "disks",
    header: "Disks",
    hideBelow: "sm",
    cell: ({ disks }) => (
      <ul>
        {disks.map((disk) => (
          <li key={disk.id}>
            {disk.name}
            <span className="text-muted">{`, ${formatDiskSize(disk.sizeBytes)}`}</span>
          </li>
        ))}
      </ul>
    ),
  },
];

/** The machines that the site's servers reported. Those that break a rule cannot be chosen; the rule, its cause and cure stand below. */
export function EnableProtectionMachines(props: {
  readonly candidates: readonly Candidate[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}) {
  const { candidates } = props;
  const broken = candidates.filter((one) => one.availability === "notProtectable");
  const warned = candidates.filter((one) => one.availability === "ready" && one.problems.length > 0);
  const disabled = new Set(candidates.filter((one) => one.availability !== "ready").map((one) => one.id));
  return (
    <div className="flex flex-col gap-3">
      <DataTable
        label="Discovered machines"
        columns={columns}
        rows={candidates}
        rowKey={(one) => one.id}
        rowText={(one) => one.title}
        selection={{ mode: "multiple", keys: props.chosen, onChange: props.onChange, disabledKeys: disabled }}
        empty={
          <MessageBar tone="info" title="The site has reported no machine yet.">
            Machines appear a few seconds after its server has registered and sent its first heartbeat.
          </MessageBar>
        }
      />
      {warned.flatMap((one) =>
        one.problems.map((problem) => <ProblemBar key={one.id + problem.code} machine={one} problem={problem} />),
      )}
      {broken.length > 0 ? (
        <details className="rounded-lg border border-line bg-surface px-4 py-3">
          <summary className="font-medium">
            {formatPlural(broken.length, "machine")} cannot be protected: why, and what to do
          </summary>
          <ul className="mt-3 flex flex-col gap-3">
            {broken.flatMap((one) =>
              one.problems.map((problem) => (
                <li key={`${one.id} ${problem.code} ${problem.message}`}>
                  <ProblemBar machine={one} problem={problem} />
                </li>
              )),
            )}
          </ul>
        </details>
      ) : null}
    </div>
  );
}

function ProblemBar({ machine, problem }: { readonly machine: Candidate; readonly problem: Problem }) {
  return (
    <MessageBar
      tone="warning"
      title={`${machine.title}: ${problem.message}`}
      possibleCauses={problem.possibleCauses}
      recommendedAction={problem.recommendedAction}
      code={problem.code}
    />
  );
}
