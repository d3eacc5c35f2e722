import { nameInArmId } from "@/lib/contract/arm-id";
import type { FailbackDetails } from "@/lib/contract/protected-items";
import type { Fabric } from "@/lib/domain/entities";
import { describeProvider, providerOf } from "@/lib/domain/replication-provider";
import { Refusal } from "@/lib/kernel/fault";
import type { PointChoice } from "@/lib/operations/failover/choose-recovery-point";
import { nameFromReference } from "./references";

/**
 * Details are in the words of the machine's own kind; the way back has one word for both (ours).
 * @throws Refusal InstanceTypeOfOtherKind
 */
export function requireInstanceTypeOf(
  fabric: Pick<Fabric, "name" | "kind">,
  details: { readonly instanceType?: string | null | undefined } | null | undefined,
): void {
  const type = details?.instanceType ?? null;
  const provider = providerOf(fabric.kind);
  if (type === null || type === provider || type === "HyperVReplicaAzureFailback") return;
  throw new Refusal(
    "invalid",
    {
      code: "InstanceTypeOfOtherKind",
      message: `The site ${fabric.name} has ${describeProvider(provider)}; the details are of the type ${type.slice(0, 60)}.`,
      possibleCauses: "The request was written for a machine of another kind.",
      recommendedAction: `Send details of the type ${provider}.`,
    },
    "properties.providerSpecificDetails.instanceType",
  );
}

/** From Azure there is only one way back, the planned one (asr reference 3.4). */
export function requireForward(direction: string | null | undefined): void {
  if (direction !== "RecoveryToPrimary") return;
  throw new Refusal(
    "invalid",
    {
      code: "FailoverDirectionNotSupported",
      message: "From Azure back to a site only a planned failover is possible.",
      possibleCauses: "The request says failoverDirection RecoveryToPrimary.",
      recommendedAction: "Send PrimaryToRecovery, or use plannedFailover to fail back.",
    },
    "properties.failoverDirection",
  );
}

/**
 * A planned failover's direction and the type of its details say the same thing twice; they must agree. Null: to Azure.
 * @throws Refusal FailoverDirectionMismatch
 */
export function failbackDetailsFrom(properties: {
  readonly failoverDirection?: string | null | undefined;
  readonly providerSpecificDetails?: { readonly instanceType: string } | FailbackDetails | null | undefined;
}): FailbackDetails | null {
  const { failoverDirection: direction, providerSpecificDetails: details } = properties;
  const isBack = details !== null && details !== undefined && isFailback(details);
  if (isBack && direction === "RecoveryToPrimary") return details;
  if (!isBack && direction !== "RecoveryToPrimary") return null;
  throw new Refusal(
    "invalid",
    {
      code: "FailoverDirectionMismatch",
      message: `The direction ${direction ?? "(missing)"} and the details ${details?.instanceType ?? "(missing)"} do not belong together.`,
      possibleCauses: "A failback was asked for with the details of a failover, or the other way round.",
      recommendedAction:
        "Send RecoveryToPrimary with HyperVReplicaAzureFailback, or PrimaryToRecovery with the machine's own type.",
    },
    "properties.failoverDirection",
  );
}

function isFailback(details: { readonly instanceType: string } | FailbackDetails): details is FailbackDetails {
  return details.instanceType === "HyperVReplicaAzureFailback";
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
