"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { Figure } from "@/components/ui/figure";
import { formatPlural } from "@/components/ui/format";
import { ExactTime } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import { coverageQuery } from "@/lib/client/queries/readiness";
import type { CoverageResource } from "@/lib/contract/readiness";
import { DEFAULT_MONTHS, monthOptions } from "./months";

type Properties = CoverageResource["properties"];
type Untested = Properties["untested"][number];

/** Which machines had a test failover that succeeded in the time shown, and how to test the others. */
export function CoverageCard({ vaultName }: { readonly vaultName: string }) {
  const [months, setMonths] = useState(DEFAULT_MONTHS);
  const query = useQuery(coverageQuery(vaultName, months));
  return (
    <Card
      title="Coverage"
      description="Machines with a test failover that succeeded."
      actions={
        <Select
          label="Time in which a test counts"
          hideLabel
          options={monthOptions}
          value={months}
          onChange={setMonths}
          className="w-40"
        />
      }
    >
      <QueryView query={query} what="the coverage">
        {({ properties }) => <Covered vaultName={vaultName} properties={properties} />}
      </QueryView>
    </Card>
  );
}

function Covered({ vaultName, properties }: { readonly vaultName: string; readonly properties: Properties }) {
  const { machineCount, testedCount, testedPercent, untested, notProtectable } = properties;
  if (testedPercent === null) {
    return <p className="text-muted">No site has reported a machine yet. Register its server in the Quick Start.</p>;
  }
  return (
    <div className="flex flex-col gap-5">
      <div className="grid grid-cols-2 gap-x-6 gap-y-4 lg:grid-cols-4">
        <Figure value={`${Math.floor(testedPercent)} %`} label="Tested" />
        <Figure value={`${testedCount} of ${machineCount}`} label="Machines" />
        <Figure value={<ExactDay at={properties.since} />} label="Tests count since" />
      </div>
      {untested.length === 0 ? (
        <p className="text-muted">Every machine was tested.</p>
      ) : (
        <DataTable
          label="Machines that were not tested"
          columns={columnsFor(vaultName)}
          rows={untested}
          rowKey={(machine) => `${machine.siteName}/${machine.machineId}`}
          rowText={(machine) => machine.name}
        />
      )}
      {notProtectable.length === 0 ? null : (
        <details className="text-[0.8125rem]">
          <summary className="cursor-pointer text-muted">
            {formatPlural(notProtectable.length, "machine")} that cannot be protected, not counted
          </summary>
          <ul className="mt-1 list-disc pl-5">
            {notProtectable.map((machine) => (
              <li key={`${machine.siteName}/${machine.machineId}`}>{machine.reason}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function ExactDay({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} suppressHydrationWarning>
      {new Date(at).toLocaleDateString("en-GB", { dateStyle: "medium" })}
    </time>
  );
}

function columnsFor(vaultName: string): readonly TableColumn<Untested>[] {
  return [
    { key: "name", header: "Not tested", cell: ({ name }) => name, sortValue: ({ name }) => name },
    { key: "site", header: "Site", hideBelow: "md", cell: ({ siteName }) => siteName },
    {
      key: "last",
      header: "Last test",
      hideBelow: "sm",
      cell: ({ lastTestedAt }) => <ExactTime at={lastTestedAt} />,
      sortValue: ({ lastTestedAt }) => lastTestedAt ?? "",
    },
    {
      key: "way",
      header: "How to test it",
      cell: (machine) => (
        <span>
          {machine.way.text} <TextLink href={wayTo(vaultName, machine)}>{linkText[machine.way.kind]}</TextLink>
        </span>
      ),
    },
  ];
}

const linkText: Record<Untested["way"]["kind"], string> = {
  Protect: "Protected Items",
  TestPlan: "Open the plan",
  TestMachine: "Open the machine",
  WaitForFailback: "Open the machine",
};

function wayTo(vaultName: string, { way, plans, protectedItem }: Untested): string {
  const [plan] = plans;
  if (way.kind === "TestPlan" && plan !== undefined) return pages.recoveryPlan(vaultName, plan);
  if (protectedItem !== null) return pages.protectedItem(vaultName, protectedItem);
  return pages.vaultTab(vaultName, "protected-items");
}
