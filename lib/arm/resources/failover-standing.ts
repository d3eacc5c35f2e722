import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { FailoverStanding, ResolveBothRunningBody } from "@/lib/contract/failover-standing";
import type { Fabric, ProtectedItem, Vault } from "@/lib/domain/entities";
import type { OperationContext } from "@/lib/operations/context";
import { resolveBothRunning } from "@/lib/operations/fencing/resolve-both-running";
import { readFailoverStanding } from "@/lib/operations/read-failover-standing";
import { ok } from "../answers";
import { PROTECTED_ITEM } from "../paths";
import { resolveProtectedItem } from "../resolve";
import { route, type Route } from "../route";
import { jobArmId, protectedItemArmId, providerIdInArm } from "../site-recovery-ids";

const STANDING = `${PROTECTED_ITEM}/providers/Secondsite.Recovery/standing` as const;
interface Found {
  readonly vault: Vault;
  readonly fabric: Fabric;
  readonly item: ProtectedItem;
}

async function answer(context: OperationContext, { vault, fabric, item }: Found): Promise<Response> {
  const view = await readFailoverStanding(context, item);
  const { source, bothRunning, waitingJob } = view;
  const body: FailoverStanding = {
    id: `${protectedItemArmId(vault, fabric, item)}/providers/Secondsite.Recovery/standing`,
    name: item.name,
    type: "Secondsite.Recovery/standing",
    properties: {
      direction: view.direction,
      source: {
        machineId: source.machineId,
        hostName: source.provider?.hostName ?? null,
        isConnected: source.isConnected,
        power: source.machine?.power ?? null,
        orders: source.machine?.orders ?? null,
      },
      replica: view.replica && { ...view.replica },
      bothRunning: bothRunning && { ...bothRunning },
      choices: view.choices.map((choice) => ({ ...choice })),
      waitingJobId: waitingJob && jobArmId(vault, waitingJob.id),
      hosts: view.hosts.map((host) => ({
        providerId: providerIdInArm(vault, host.fabric, host.provider),
        hostName: host.provider.hostName,
        siteName: host.fabric.name,
        isOriginal: host.isOriginal,
        hasMachine: host.hasMachine,
        problem: host.problem,
      })),
    },
  };
  return ok(body);
}

export const failoverStandingRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: STANDING,
    summary: "The machine at its site and in Azure at this moment: power, orders, and the hosts it may go back to.",
    apiVersions: OWN_API_VERSIONS,
    answer: FailoverStanding,
    async handle(call) {
      return answer(call.context, await resolveProtectedItem(call));
    },
  }),
  route({
    method: "POST",
    path: `${STANDING}/resolve`,
    summary: "Does what a person has decided about a machine that runs at its site and in Azure at the same time.",
    apiVersions: OWN_API_VERSIONS,
    body: ResolveBothRunningBody,
    answer: FailoverStanding,
    async handle(call) {
      const found = await resolveProtectedItem(call);
      const { choice, reason } = call.body.properties;
      const item = await resolveBothRunning(call.context, found.item, choice, reason ?? "");
      return answer(call.context, { ...found, item });
    },
  }),
];
