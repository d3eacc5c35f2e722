import type { RecoveryPointResource } from "@/lib/contract/protected-items";

/** The kind of a recovery point in words. */
export const recoveryPointKind = ({ properties }: RecoveryPointResource): string =>
  properties.recoveryPointType === "ApplicationConsistent" ? "Application-consistent" : "Crash-consistent";
