import type { ArmError } from "@/lib/client/arm-error";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import type { PlanRequest } from "./plan-requests";

/** What every dialog of a plan's verb gets: it decides the request; who opened it sends it and shows refusals. */
export interface PlanDialogProps {
  readonly plan: RecoveryPlanResource;
  readonly vaultName: string;
  readonly busy: boolean;
  /** The refusal of the last attempt. */
  readonly error: ArmError | null;
  readonly onRun: (request: PlanRequest) => void;
  /** To the planned failover of the other direction; null: the plan is active on one side only. */
  readonly onChangeDirection: (() => void) | null;
  readonly onClose: () => void;
}

/** A panel or dialog that looks at a plan or makes another one of it. */
export interface PlanToolProps {
  readonly vaultName: string;
  readonly plan: RecoveryPlanResource;
  readonly onClose: () => void;
}
