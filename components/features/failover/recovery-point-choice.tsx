"use client";
import { formatDateTime, formatPlural } from "@/components/ui/format";
import { Select } from "@/components/ui/select";
import { recoveryPointKind } from "@/lib/client/recovery-point-kind";
import type { RecoveryPointResource } from "@/lib/contract/protected-items";

export const LATEST = "latest";

export interface RecoveryPointChoiceProps {
  readonly points: readonly RecoveryPointResource[];
  /** `latest`, the id of a point, or null while nothing is chosen. */
  readonly value: string | null;
  readonly onChange: (value: string) => void;
  /** What choosing the latest does here; null leaves it out. */
  readonly latestHint: string | null;
  readonly error?: string | null;
}

/** Which moment the replica starts from. Points are given newest first. */
export function RecoveryPointChoice({ points, value, onChange, latestHint, error = null }: RecoveryPointChoiceProps) {
  const latest = latestHint === null ? [] : [{ value: LATEST, label: "Latest", hint: latestHint }];
  const options = points.map((point) => {
    const { orders } = point.properties.providerSpecificDetails;
    return {
      value: point.id,
      label: formatDateTime(point.properties.recoveryPointTime),
      hint:
        orders === null
          ? recoveryPointKind(point)
          : `${recoveryPointKind(point)}, ${formatPlural(orders.count, "order")} on disk`,
    };
  });
  return (
    <Select
      label="Recovery point"
      options={[...latest, ...options]}
      value={value}
      onChange={onChange}
      error={error}
      isRequired
    />
  );
}

/** The id to send: none for the latest. */
export const chosenPointId = (value: string): string | null => (value === LATEST ? null : value);
