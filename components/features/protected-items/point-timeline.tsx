"use client";
import { clsx } from "clsx";
import { formatDateTime, formatPlural } from "@/components/ui/format";
import type { RecoveryPointResource } from "@/lib/contract/protected-items";

const figuresOf = (point: RecoveryPointResource) => point.properties.providerSpecificDetails;
const isApplication = (point: RecoveryPointResource) => point.properties.recoveryPointType === "ApplicationConsistent";

/** The points where they lie in time, oldest at the left. The table below says the same in words. */
export function PointTimeline({ points }: { readonly points: readonly RecoveryPointResource[] }) {
  const times = points.map((point) => Date.parse(point.properties.recoveryPointTime));
  const from = Math.min(...times);
  const span = Math.max(...times) - from;
  if (points.length < 2 || span === 0) return null;
  const consistent = points.filter(isApplication).length;
  const shared = points.filter((point) => figuresOf(point).isMultiVmSyncPoint).length;
  const [oldest, newest] = [new Date(from).toISOString(), new Date(from + span).toISOString()];
  return (
    <div className="mb-4">
      <div
        role="img"
        aria-label={`${formatPlural(points.length, "point")} from ${formatDateTime(oldest)} to ${formatDateTime(newest)}, ${consistent} application-consistent, ${shared} shared by a consistency group.`}
        className="relative mx-2 h-9"
      >
        <span className="absolute inset-x-0 top-1/2 h-px bg-line-strong" />
        {points.map((point, index) => (
          <span
            key={point.id}
            title={formatDateTime(point.properties.recoveryPointTime)}
            style={{ left: `${(100 * ((times[index] ?? from) - from)) / span}%` }}
            className={clsx(
              "absolute top-1/2 -translate-x-1/2 -translate-y-1/2 rounded-full",
              isApplication(point) ? "size-3 bg-good" : "size-2 bg-accent",
              figuresOf(point).isMultiVmSyncPoint && "ring-2 ring-ink",
            )}
          />
        ))}
      </div>
      <div aria-hidden className="flex justify-between text-[0.75rem] text-muted">
        <span>{formatDateTime(oldest)}</span>
        <span>{formatDateTime(newest)}</span>
      </div>
      <ul aria-hidden className="mt-1 flex flex-wrap gap-x-4 text-[0.8125rem] text-muted">
        <li className="inline-flex items-center gap-1.5">
          <span className="size-2 rounded-full bg-accent" /> crash-consistent
        </li>
        <li className="inline-flex items-center gap-1.5">
          <span className="size-3 rounded-full bg-good" /> application-consistent
        </li>
        {shared > 0 ? (
          <li className="inline-flex items-center gap-1.5">
            <span className="size-2 rounded-full bg-accent ring-2 ring-ink" /> shared by the group
          </li>
        ) : null}
      </ul>
    </div>
  );
}
