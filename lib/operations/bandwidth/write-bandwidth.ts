import { bandwidthProblem, type BandwidthSettings } from "@/lib/domain/bandwidth";
import type { Fabric } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

/** Holds from each host's next heartbeat on. @throws Refusal InvalidBandwidthSettings, naming the setting */
export async function writeBandwidth(
  context: OperationContext,
  fabric: Fabric,
  settings: BandwidthSettings,
): Promise<void> {
  const problem = bandwidthProblem(settings);
  if (problem) throw new Refusal("invalid", problem.explanation, `properties.${problem.target}`);
  await context.repositories.bandwidth.put(fabric.id, settings);
  announce(context, fabric.vaultId, "bandwidth", fabric.name);
}
