"use client";
import { formatDateTime, formatPlural } from "@/components/ui/format";
import { Select } from "@/components/ui/select";
import { recoveryPointKind } from "@/lib/client/recovery-point-kind";
import type { RecoveryPointResource } from "@/lib/contract/protected-items";

export const LATEST = "latest";
const LATEST_APPLICATION = "latest-application-consistent";
const LATEST_SHARED = "latest-multi-vm-consistent";

export interface RecoveryPointChoiceProps {
  readonly points: readonly RecoveryPointResource[];
  /** `latest` or another named choice, the id of a point, or null while nothing is chosen. */
  readonly value: string | null;
  readonly onChange: (value: string) => void;
  /** What choosing the latest does here; null leaves it out. */
  readonly latestHint: string | null;
  readonly error?: string | null;
}

/** Which moment the replica starts from. Points are given newest first. */
export function RecoveryPointChoice({ points, value, onChange, latestHint, error = null }: RecoveryPointChoiceProps) {
  const named = [
    { value: LATEST_APPLICATION, label: "Latest application-consistent", point: latestApplication(points) },
    { value: LATEST_SHARED, label: "Latest multi-VM consistent", point: latestShared(points) },
  ].flatMap(({ value, label, point }) =>
    point ? [{ value, label, hint: formatDateTime(point.properties.recoveryPointTime) }] : [],
  );
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
      options={[...latest, ...named, ...options]}
      value={value}
      onChange={onChange}
      error={error}
      isRequired
    />
  );
}

/** The id to send: none for the latest. */
export function chosenPointId(value: string, points: readonly RecoveryPointResource[]): string | null {
  if (value === LATEST) return null;
  if (value === LATEST_APPLICATION) return latestApplication(points)?.id ?? null;
  if (value === LATEST_SHARED) return latestShared(points)?.id ?? null;
  return value;
}

const latestApplication = (points: readonly RecoveryPointResource[]) =>
  points.find((point) => point.properties.recoveryPointType === "ApplicationConsistent");
const latestShared = (points: readonly RecoveryPointResource[]) =>
  points.find((point) => point.properties.providerSpecificDetails.isMultiVmSyncPoint);
