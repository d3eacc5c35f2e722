"use client";
import { Card } from "@/components/ui/card";
import { formatBytes, formatCount, formatDuration, formatPlural } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { api } from "@/lib/client/paths";
import type { FailoverRecordView } from "@/lib/contract/evidence";
import { machineOutcomes } from "./labels";

type Machine = FailoverRecordView["properties"]["machines"][number];

/** One machine of a run: its point, its disks by hash, what was lost, its sign of life. */
export function RunMachine(props: {
  readonly machine: Machine;
  readonly vaultName: string;
  readonly runName: string;
  readonly isTest: boolean;
}) {
  const { machine, vaultName, runName, isTest } = props;
  const { screenshot } = machine;
  const look = machineOutcomes[machine.outcome];
  return (
    <Card title={machine.name} actions={<StatusBadge tone={look.tone}>{look.text}</StatusBadge>}>
      <div className="flex flex-col gap-5">
        {machine.detail === null ? null : <p>{machine.detail}</p>}
        <KeyValue columns={3} entries={facts(machine, isTest)} />
        <Disks disks={machine.disks} />
        {screenshot === null ? null : (
          <figure>
            <img
              src={api.failoverRecords(vaultName, runName, "screenshots", screenshot.file)}
              alt={`Console of ${machine.replicaName ?? machine.name} at its first sign of life`}
              className="max-w-full rounded-md border border-line sm:max-w-lg"
            />
            <figcaption className="mt-1 text-[0.8125rem] break-words text-muted">
              Console at the first sign of life, <ExactTime at={screenshot.at} />. SHA-256{" "}
              <span className="font-mono break-all">{screenshot.sha256}</span>
            </figcaption>
          </figure>
        )}
      </div>
    </Card>
  );
}

function facts(machine: Machine, isTest: boolean) {
  const { recoveryPoint, loss, applicationCheck, firstLineMs } = machine;
  return [
    { label: "Replica", value: machine.replicaName ?? "None" },
    {
      label: "Recovery point",
      value:
        recoveryPoint === null ? (
          "None"
        ) : (
          <>
            <ExactTime at={recoveryPoint.at} />,{" "}
            {recoveryPoint.kind === "CrashConsistent" ? "crash-consistent" : "application-consistent"}
          </>
        ),
    },
    { label: "First sign of life", value: <ExactTime at={machine.firstSignOfLifeAt} fallback="None" /> },
    {
      label: "Power-on to first line",
      value: firstLineMs === null ? "Not measured" : formatDuration(firstLineMs / 1000),
    },
    { label: "Lost", value: isTest ? "Nothing: the source went on" : lossText(loss) },
    {
      label: "Orders",
      value: `${countText(machine.ordersAtSource)} at the source, ${countText(machine.ordersOnReplica)} on the replica`,
    },
    {
      label: "Application check",
      value:
        applicationCheck === null ? (
          "None was set"
        ) : (
          <>
            <StatusBadge tone={applicationCheck.passed ? "good" : "bad"}>
              {applicationCheck.passed ? "Passed" : "Failed"}
            </StatusBadge>
            <span className="block">{applicationCheck.what}</span>
            <span className="block text-[0.8125rem] text-muted">{applicationCheck.detail}</span>
          </>
        ),
    },
  ];
}

function lossText({ seconds, bytes, orders }: Machine["loss"]): string {
  const known = [
    seconds === null ? null : formatDuration(seconds),
    bytes === null ? null : formatBytes(bytes),
    orders === null ? null : formatPlural(orders, "order"),
  ].filter((text) => text !== null);
  return known.length === 0 ? "Not known" : known.join(", ");
}

const countText = (count: number | null) => (count === null ? "unknown" : formatCount(count));

function Disks({ disks }: { readonly disks: Machine["disks"] }) {
  if (disks.length === 0) return null;
  return (
    <ul className="flex flex-col gap-3" aria-label="Disks">
      {disks.map((disk) => (
        <li key={`${disk.name} ${disk.pointRoot}`} className="rounded-md border border-line px-3 py-2">
          <div className="flex flex-wrap items-center gap-x-4">
            <span className="font-medium">{disk.name}</span>
            <StatusBadge tone={disk.identical ? "good" : disk.restoredRoot === null ? "unknown" : "bad"}>
              {disk.identical ? "Identical" : disk.restoredRoot === null ? "Not proven" : "Different"}
            </StatusBadge>
            <span className="text-[0.8125rem] text-muted">
              {formatBytes(disk.bytesWritten)} written
              {disk.bytesVerified === null ? "" : `, ${formatBytes(disk.bytesVerified)} read back`}
            </span>
          </div>
          <dl className="mt-1 text-[0.75rem]">
            <dt className="text-muted">Root of the recovery point</dt>
            <dd className="font-mono break-all">{disk.pointRoot}</dd>
            <dt className="text-muted">Root of the restored disk, read back</dt>
            <dd className="font-mono break-all">{disk.restoredRoot ?? "not proven"}</dd>
          </dl>
        </li>
      ))}
    </ul>
  );
}
