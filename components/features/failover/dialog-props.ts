import type { ArmError } from "@/lib/client/arm-error";
import type { ProtectedItem } from "@/lib/client/views/protected-item";
import type { VerbRequest } from "./failover-requests";

/** What every dialog of a failover verb gets: it decides the request; who opened it sends it and shows refusals. */
export interface VerbDialogProps {
  readonly item: ProtectedItem;
  readonly vaultName: string;
  readonly busy: boolean;
  /** The refusal of the last attempt. */
  readonly error: ArmError | null;
  readonly onRun: (request: VerbRequest) => void;
  readonly onClose: () => void;
}
