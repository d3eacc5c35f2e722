/** A measured objective beside its target. Met: not above it. */
export type TargetVerdict = "Met" | "Missed" | "NoTarget" | "NotMeasured";

export function targetVerdict(measuredSeconds: number | null, targetSeconds: number | null): TargetVerdict {
  if (targetSeconds === null) return "NoTarget";
  if (measuredSeconds === null) return "NotMeasured";
  return measuredSeconds <= targetSeconds ? "Met" : "Missed";
}
