import type { Fabric } from "@/lib/domain/entities";
import { describeProvider, providerOf, type FabricKind } from "@/lib/domain/replication-provider";
import { Refusal } from "@/lib/kernel/fault";

/**
 * What is asked of a site must be of its kind: a policy for VMware machines replicates no Hyper-V site.
 * @throws Refusal SiteOfOtherKind
 */
export function requireFabricKind(fabric: Pick<Fabric, "name" | "kind">, kind: FabricKind, target: string): void {
  if (fabric.kind === kind) return;
  const [has, asked] = [providerOf(fabric.kind), providerOf(kind)];
  throw new Refusal(
    "invalid",
    {
      code: "SiteOfOtherKind",
      message: `The site ${fabric.name} has ${describeProvider(has)} (${has}), and this is for ${describeProvider(asked)} (${asked}).`,
      possibleCauses: "The site and the settings are of different scenarios.",
      recommendedAction: `Use settings of the type ${has}, or a site of the other kind.`,
    },
    target,
  );
}
