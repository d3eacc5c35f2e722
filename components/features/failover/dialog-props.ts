import type { ArmError } from "@/lib/client/arm-error";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { VerbRequest } from "./failover-requests";

/** What every dialog of a failover verb gets: it decides the request; who opened it sends it and shows refusals. */
export interface VerbDialogProps {
  readonly item: ProtectedItemResource;
  readonly vaultName: string;
  readonly busy: boolean;
  /** The refusal of the last attempt. */
  readonly error: ArmError | null;
  readonly onRun: (request: VerbRequest) => void;
  readonly onClose: () => void;
}
