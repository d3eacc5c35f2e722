import { clsx } from "clsx";
import type { ReactNode } from "react";

export interface KeyValueEntry {
  readonly label: string;
  readonly value: ReactNode;
}

/** Facts as a description list, in as many columns as fit. */
export function KeyValue({
  entries,
  columns = 2,
}: {
  readonly entries: readonly KeyValueEntry[];
  readonly columns?: 1 | 2 | 3;
}) {
  return (
    <dl className={clsx("grid gap-x-8 gap-y-3", columns > 1 && "sm:grid-cols-2", columns === 3 && "xl:grid-cols-3")}>
      {entries.map((entry) => (
        <div key={entry.label} className="min-w-0">
          <dt className="text-[0.75rem] text-muted">{entry.label}</dt>
          <dd className="break-words">{entry.value}</dd>
        </div>
      ))}
    </dl>
  );
}
