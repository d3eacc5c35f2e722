"use client";
import { formatBytes } from "@/components/ui/format";
import { Card } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import type { VirtualMachineResource } from "@/lib/contract/region-resources";

type Disk = VirtualMachineResource["properties"]["onDemandDisks"][number];

const words: Record<Disk["phase"], string> = {
  waiting: "Waiting for the vault's service to come back",
  counting: "Looking how much there is",
  hydrating: "Coming from the vault",
  verifying: "Being read back and compared with the recovery point",
  merging: "Identical with the recovery point; taking in what the machine has written",
};

/** Disks that the machine runs from while they are still coming from the vault. */
export function OnDemandDisks({ disks }: { readonly disks: readonly Disk[] }) {
  return (
    <Card title="Started instantly">
      <p className="text-[0.8125rem] text-muted">
        The machine runs from its recovery point while its disks are completed behind it. What it reads comes first.
      </p>
      <ul className="mt-3 flex flex-col gap-4">
        {disks.map((disk) => (
          <li key={disk.diskId} className="flex flex-col gap-1">
            <DiskProgress disk={disk} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function DiskProgress({ disk }: { readonly disk: Disk }) {
  const known = disk.bytesDone !== null && disk.bytesTotal !== null;
  return (
    <>
      <Progress
        label={`${disk.fileName}: ${words[disk.phase]}`}
        bytes={known ? { done: disk.bytesDone ?? 0, total: disk.bytesTotal ?? 0 } : null}
        bytesPerSecond={disk.bytesPerSecond}
      />
      <p className="text-[0.8125rem] text-muted">{figuresOf(disk).join(" · ")}</p>
      {disk.problem === null ? null : <p className="text-[0.8125rem]">{disk.problem}</p>}
    </>
  );
}

function figuresOf(disk: Disk): string[] {
  return [
    ...(disk.bytesDemanded === null ? [] : [`${formatBytes(disk.bytesDemanded)} because the machine asked for it`]),
    ...(disk.overlayBytes === null ? [] : [`${formatBytes(disk.overlayBytes)} written by the machine`]),
  ];
}
