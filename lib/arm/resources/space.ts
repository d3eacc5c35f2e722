import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { vaultArmId } from "@/lib/contract/arm-id";
import { LockBody, LockView, RetentionView, SpaceView } from "@/lib/contract/space";
import { readRetention } from "@/lib/operations/space/apply-retention";
import { lockRecoveryPoint, unlockRecoveryPoint } from "@/lib/operations/space/lock-recovery-point";
import { readSpace } from "@/lib/operations/space/read-space";
import { reclaimSpace } from "@/lib/operations/space/reclaim-space";
import { accepted, ok } from "../answers";
import { PROTECTED_ITEM, VAULT_OWN } from "../paths";
import { presentRetention, presentSpace } from "../presenters/space";
import { noSuchResource, resolveProtectedItem, resolveVault } from "../resolve";
import { route, type Route } from "../route";
import { protectedItemArmId } from "../site-recovery-ids";

const SPACE = `${VAULT_OWN}/space` as const;
const LOCK =
  `${PROTECTED_ITEM}/recoveryPoints/{recoveryPointName}/providers/Secondsite.Recovery/locks/default` as const;

export const spaceRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: SPACE,
    summary: "Where the vault's bytes are: stored, logical, deduplicated and compressed, per machine, and over time.",
    apiVersions: OWN_API_VERSIONS,
    answer: SpaceView,
    async handle(call) {
      const vault = await resolveVault(call);
      return ok(presentSpace(vault, await readSpace(call.context, vault)));
    },
  }),
  route({
    method: "POST",
    path: `${SPACE}/reclaim`,
    summary: "Applies retention, compacts the vault, deletes what was announced before, and counts (job).",
    apiVersions: OWN_API_VERSIONS,
    longRunning: true,
    async handle(call) {
      const vault = await resolveVault(call);
      const job = await reclaimSpace(call.context, vault);
      return accepted(call, vault, job, `${vaultArmId(vault)}/providers/Secondsite.Recovery/space`);
    },
  }),
  route({
    method: "GET",
    path: `${PROTECTED_ITEM}/providers/Secondsite.Recovery/retention`,
    summary: "Which recovery points are kept, why and until when.",
    apiVersions: OWN_API_VERSIONS,
    answer: RetentionView,
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      const plan = await readRetention(call.context, item);
      return ok(presentRetention(protectedItemArmId(vault, fabric, item), plan));
    },
  }),
  route({
    method: "PUT",
    path: LOCK,
    summary: "Keeps a recovery point whatever the policy says, until it is unlocked or protection ends.",
    apiVersions: OWN_API_VERSIONS,
    body: LockBody,
    answer: LockView,
    async handle(call) {
      const { vault, fabric, item, point } = await resolvePoint(call);
      const { reason, lockedAt } = await lockRecoveryPoint(call.context, item, point, call.body.properties.reason);
      const id = `${protectedItemArmId(vault, fabric, item)}/recoveryPoints/${point.id}`;
      return ok({
        id: `${id}/providers/Secondsite.Recovery/locks/default`,
        name: "default",
        type: "Secondsite.Recovery/locks",
        properties: { reason, lockedAt },
      });
    },
  }),
  route({
    method: "DELETE",
    path: LOCK,
    summary: "Leaves a recovery point to the policy again.",
    apiVersions: OWN_API_VERSIONS,
    async handle(call) {
      const { item, point } = await resolvePoint(call);
      await unlockRecoveryPoint(call.context, item, point);
      return new Response(null, { status: 204 });
    },
  }),
];

type PointCall = Parameters<typeof resolveProtectedItem>[0] & {
  readonly params: { readonly recoveryPointName: string };
};

async function resolvePoint(call: PointCall) {
  const resolved = await resolveProtectedItem(call);
  const { recoveryPointName } = call.params;
  const point = await call.context.repositories.recoveryPoints.get(recoveryPointName);
  if (point?.protectedItemId !== resolved.item.id) throw noSuchResource(recoveryPointName, "recoveryPointName");
  return { ...resolved, point };
}
