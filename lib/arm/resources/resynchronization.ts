import { OWN_API_VERSIONS, SITE_RECOVERY_API_VERSIONS } from "@/lib/contract/api-versions";
import { ResynchronizationBody, ResynchronizationResource } from "@/lib/contract/resynchronization";
import type { Fabric, ProtectedItem, Vault } from "@/lib/domain/entities";
import type { Resynchronization, ResynchronizationSettings } from "@/lib/domain/resynchronization";
import type { OperationContext } from "@/lib/operations/context";
import { startResynchronization } from "@/lib/operations/resynchronization/start-resynchronization";
import { writeResynchronizationSettings } from "@/lib/operations/resynchronization/write-settings";
import { accepted, ok } from "../answers";
import { PROTECTED_ITEM } from "../paths";
import { resolveProtectedItem } from "../resolve";
import { route, type Route } from "../route";
import { protectedItemArmId } from "../site-recovery-ids";

const RESYNCHRONIZATION = `${PROTECTED_ITEM}/providers/Secondsite.Recovery/resynchronization/default` as const;
interface Found {
  readonly vault: Vault;
  readonly fabric: Fabric;
  readonly item: ProtectedItem;
}

function answer(context: OperationContext, { vault, fabric, item }: Found, current: Resynchronization): Response {
  const { settings, flag, last } = current;
  const reported = context.sites.progress(item.id);
  const running = flag !== null && reported?.phase === "resync";
  return ok({
    id: `${protectedItemArmId(vault, fabric, item)}/providers/Secondsite.Recovery/resynchronization/default`,
    name: "default",
    type: "Secondsite.Recovery/resynchronization",
    properties: {
      ...settings,
      state: flag === null ? "NotRequired" : running ? "InProgress" : "Required",
      flag,
      progress: running
        ? { bytesCompared: reported.bytesDone, bytesTotal: reported.bytesTotal, bytesSent: reported.sentBytes ?? 0 }
        : null,
      last,
    },
  });
}

export const resynchronizationRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: `${PROTECTED_ITEM}/repairReplication`,
    summary: "Resynchronizes the machine: compares it with its last point and sends what differs (job).",
    apiVersions: SITE_RECOVERY_API_VERSIONS,
    longRunning: true,
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      const job = await startResynchronization(call.context, item);
      return accepted(call, vault, job, protectedItemArmId(vault, fabric, item));
    },
  }),
  route({
    method: "GET",
    path: RESYNCHRONIZATION,
    summary: "Whether the machine needs resynchronization, why, how far it is, and when it may begin.",
    apiVersions: OWN_API_VERSIONS,
    answer: ResynchronizationResource,
    async handle(call) {
      const found = await resolveProtectedItem(call);
      return answer(call.context, found, await call.context.repositories.resynchronizations.get(found.item.id));
    },
  }),
  route({
    method: "PUT",
    path: RESYNCHRONIZATION,
    summary: "Sets when it may begin by itself.",
    apiVersions: OWN_API_VERSIONS,
    body: ResynchronizationBody,
    answer: ResynchronizationResource,
    async handle(call) {
      const found = await resolveProtectedItem(call);
      const given = Object.entries(call.body.properties).filter(([, value]) => value !== undefined);
      const changes = Object.fromEntries(given) as Partial<ResynchronizationSettings>;
      return answer(call.context, found, await writeResynchronizationSettings(call.context, found.item, changes));
    },
  }),
];
