import { Fault } from "@/lib/kernel/fault";
import type { VaultContext } from "@/lib/engine/vault/vault-faults";

export function diskNotInPoint({ context, diskId }: { context: VaultContext; diskId: string }): Fault {
  return new Fault({
    code: "DiskNotInRecoveryPoint",
    message: `Recovery point ${context.point ?? "?"} of ${context.machine} has no disk ${diskId}.`,
    possibleCauses: "The disk was added to the machine, or its protection was enabled, after this recovery point.",
    recommendedAction: "Choose a later recovery point.",
  });
}
