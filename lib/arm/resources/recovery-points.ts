import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { nameInArmId } from "@/lib/contract/arm-id";
import { listOf } from "@/lib/contract/portal";
import { ConsistencyGroup, ConsistencyGroupBody, ReplicationHistory } from "@/lib/contract/recovery-points";
import type { Fabric, ProtectedItem, Vault } from "@/lib/domain/entities";
import { sameName } from "@/lib/domain/names";
import {
  deleteConsistencyGroup,
  readConsistencyGroups,
  writeConsistencyGroup,
  type ConsistencyGroupView,
} from "@/lib/operations/consistency-groups";
import type { OperationContext } from "@/lib/operations/context";
import { readReplicationHistory } from "@/lib/operations/read-replication-history";
import { list, noContent, ok } from "../answers";
import { CONTAINER, PROTECTED_ITEM } from "../paths";
import { noSuchResource, resolveContainer, resolveProtectedItem } from "../resolve";
import { route, type Route } from "../route";
import { containerArmId, protectedItemArmId } from "../site-recovery-ids";

const apiVersions = OWN_API_VERSIONS;
const GROUPS = `${CONTAINER}/providers/Secondsite.Recovery/consistencyGroups` as const;
const GROUP = `${GROUPS}/{consistencyGroupName}` as const;

/** What recovery points are beyond ARM: how they came about, and which are of one instant. */
export const recoveryPointRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${PROTECTED_ITEM}/providers/Secondsite.Recovery/replicationHistory`,
    summary: "What each cycle of replication did: `hours` (1 to 24) of single cycles, a month in hours.",
    apiVersions,
    answer: ReplicationHistory,
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      const { intervalSeconds, cycles, hours } = await readReplicationHistory(
        call.context,
        item,
        Number(call.query.get("hours") ?? 1),
      );
      return ok({
        id: `${protectedItemArmId(vault, fabric, item)}/providers/Secondsite.Recovery/replicationHistory`,
        name: item.name,
        type: "Secondsite.Recovery/replicationHistory",
        properties: {
          intervalSeconds,
          cycles: cycles.map(({ protectedItemId: _, objectName: __, kind, ...cycle }) => ({
            ...cycle,
            recoveryPointType: kind,
          })),
          hours: hours.map(({ protectedItemId: _, ...hour }) => hour),
        },
      });
    },
  }),
  route({
    method: "GET",
    path: GROUPS,
    summary: "Lists the consistency groups of a container: machines that are cut at one instant.",
    apiVersions,
    answer: listOf(ConsistencyGroup),
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const groups = await readConsistencyGroups(call.context, fabric);
      return list(groups.map((group) => present(vault, fabric, group)));
    },
  }),
  route({
    method: "GET",
    path: GROUP,
    summary: "Gets a consistency group.",
    apiVersions,
    answer: ConsistencyGroup,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const { consistencyGroupName: name } = call.params;
      const group = (await readConsistencyGroups(call.context, fabric)).find((one) => sameName(one.name, name));
      if (!group) throw noSuchResource(name, "consistencyGroupName");
      return ok(present(vault, fabric, group));
    },
  }),
  route({
    method: "PUT",
    path: GROUP,
    summary: "Makes a consistency group of 2 to 16 protected items of one host, or changes its members.",
    apiVersions,
    body: ConsistencyGroupBody,
    answer: ConsistencyGroup,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const members = await itemsOf(call.context, fabric, call.body.properties.protectedItemIds);
      const { consistencyGroupName: name } = call.params;
      return ok(present(vault, fabric, await writeConsistencyGroup(call.context, fabric, name, members)));
    },
  }),
  route({
    method: "DELETE",
    path: GROUP,
    summary: "Dissolves a consistency group. Its machines stay protected, each on its own.",
    apiVersions,
    async handle(call) {
      const { fabric } = await resolveContainer(call);
      await deleteConsistencyGroup(call.context, fabric, call.params.consistencyGroupName);
      return noContent();
    },
  }),
];

async function itemsOf(context: OperationContext, fabric: Fabric, ids: readonly string[]): Promise<ProtectedItem[]> {
  const names = new Set(ids.map((id) => nameInArmId(id, "replicationProtectedItems") ?? id));
  return Promise.all(
    [...names].map(async (name) => {
      const item = await context.repositories.protectedItems.find(fabric.id, name);
      if (!item) throw noSuchResource(name, "properties.protectedItemIds");
      return item;
    }),
  );
}

function present(vault: Vault, fabric: Fabric, group: ConsistencyGroupView): ConsistencyGroup {
  const { name, members, newestShared, problem } = group;
  const container = containerArmId(vault, fabric);
  return {
    id: `${container}/providers/Secondsite.Recovery/consistencyGroups/${encodeURIComponent(name)}`,
    name,
    type: "Secondsite.Recovery/consistencyGroups",
    properties: {
      members: members.map((item) => ({
        protectedItemId: protectedItemArmId(vault, fabric, item),
        name: item.name,
        friendlyName: item.machineName,
      })),
      newestSharedPoint: newestShared?.group ? { stamp: newestShared.group.stamp, at: newestShared.at } : null,
      problem: problem && { ...problem },
    },
  };
}
