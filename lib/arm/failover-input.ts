import { nameInArmId } from "@/lib/contract/arm-id";
import { Refusal } from "@/lib/kernel/fault";
import type { PointChoice } from "@/lib/operations/failover/choose-recovery-point";
import { nameFromReference } from "./references";

/** Failback is the other direction; nothing stands behind it yet. */
export function requireForward(direction: string | null | undefined): void {
  if (direction !== "RecoveryToPrimary") return;
  throw new Refusal(
    "notAllowed",
    {
      code: "FailbackNotAllowed",
      message: "Failing back from Azure to the site is not part of this version.",
      possibleCauses: "The request says failoverDirection RecoveryToPrimary.",
      recommendedAction: "Send PrimaryToRecovery. To go back, protect the machine again from its site.",
    },
    "properties.failoverDirection",
  );
}

/** The id or the name of a recovery point; none: `otherwise`. */
export function pointChoiceFrom(id: string | null | undefined, otherwise: PointChoice): PointChoice {
  if (id === null || id === undefined || id === "") return otherwise;
  return {
    type: "Id",
    id: nameFromReference(id, "recoveryPoints", "properties.providerSpecificDetails.recoveryPointId"),
  };
}

/** @throws Refusal NetworkRequired when the type promises a network and none is named */
export function testNetworkFrom(input: {
  readonly networkType?: "VmNetworkAsInput" | "NoNetworkAttachAsInput" | null | undefined;
  readonly networkId?: string | null | undefined;
}): string | null {
  if (input.networkType === "NoNetworkAttachAsInput") return null;
  if (input.networkId) return networkNameFrom(input.networkId, "properties.networkId");
  if (input.networkType !== "VmNetworkAsInput") return null;
  throw new Refusal(
    "invalid",
    {
      code: "NetworkRequired",
      message: "networkType VmNetworkAsInput needs a networkId.",
      possibleCauses: "The request names no network.",
      recommendedAction: "Send the id of an isolated network, or networkType NoNetworkAttachAsInput.",
    },
    "properties.networkId",
  );
}

export function networkNameFrom(id: string, target: string): string {
  return nameFromReference(id, "virtualNetworks", target);
}

/** Subnets come as a bare name or as an id below their network. */
export function subnetNameFrom(id: string | null | undefined): string | null {
  if (!id) return null;
  return id.includes("/") ? nameInArmId(id, "subnets") : id;
}
