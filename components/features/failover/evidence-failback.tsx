"use client";
import { Figure } from "@/components/ui/figure";
import { formatBytes, formatDuration } from "@/components/ui/format";
import type { Run } from "./run";

type Failback = NonNullable<Run["failback"]>;

const moments = { before: "before the failover, while Azure ran", final: "after Azure was shut down" } as const;

/** What travelled on the way back, and what did not have to. */
export function EvidenceFailback({ failback }: { readonly failback: Failback }) {
  const { hostName, created, synchronizations } = failback;
  return (
    <section aria-label="What travelled" className="flex flex-col gap-3">
      <p className="text-[0.8125rem] text-muted">
        To the host {hostName}
        {created ? ", which made the machine anew." : ", which had the machine: only what differed was sent."}
      </p>
      {synchronizations.map((one) => (
        <div key={one.moment} className="flex flex-col gap-2">
          <h4 className="text-[0.8125rem] font-medium">
            Synchronized {moments[one.moment]}, in {formatDuration(one.seconds)}
          </h4>
          <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
            <Figure value={formatBytes(one.bytesReceived)} label="Sent to the site" />
            <Figure value={formatBytes(one.bytesSaved)} label="Saved: equal there already" />
            <Figure value={formatBytes(one.bytesWritten)} label="Written to its disks" />
            <Figure value={formatBytes(one.bytesCaptured)} label="Stored of the replica" />
          </div>
        </div>
      ))}
    </section>
  );
}
