/**
 * What a runbook of a recovery plan receives, as Azure gives it (asr reference 9.1). GroupId: number of the group as text;
 * VmMap is keyed by the machine's id, its values are empty before the replica exists.
 */
export interface RecoveryPlanContext {
  readonly RecoveryPlanName: string;
  readonly FailoverType: "Test" | "Planned" | "Unplanned";
  readonly FailoverDirection: "PrimaryToSecondary" | "SecondaryToPrimary";
  readonly GroupId: string;
  readonly VmMap: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
