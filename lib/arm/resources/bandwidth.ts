import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { siteRecoveryArmId } from "@/lib/contract/arm-id";
import { BandwidthBody, BandwidthResource } from "@/lib/contract/bandwidth";
import type { BandwidthSettings } from "@/lib/domain/bandwidth";
import type { Fabric, Vault } from "@/lib/domain/entities";
import { readBandwidth } from "@/lib/operations/bandwidth/read-bandwidth";
import { writeBandwidth } from "@/lib/operations/bandwidth/write-bandwidth";
import type { OperationContext } from "@/lib/operations/context";
import { ok } from "../answers";
import { FABRIC } from "../paths";
import { resolveFabric } from "../resolve";
import { route, type Route } from "../route";

const BANDWIDTH = `${FABRIC}/providers/Secondsite.Recovery/bandwidth/default` as const;

async function answer(context: OperationContext, vault: Vault, fabric: Fabric): Promise<Response> {
  const { settings, now } = await readBandwidth(context, fabric);
  const site = siteRecoveryArmId(vault, "replicationFabrics", fabric.name);
  return ok({
    id: `${site}/providers/Secondsite.Recovery/bandwidth/default`,
    name: "default",
    type: "Secondsite.Recovery/bandwidth",
    properties: { ...settings, now },
  });
}

export const bandwidthRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: BANDWIDTH,
    summary: "Limits of a site's uploads, and what its hosts measure now.",
    apiVersions: OWN_API_VERSIONS,
    answer: BandwidthResource,
    async handle(call) {
      const { vault, fabric } = await resolveFabric(call);
      return answer(call.context, vault, fabric);
    },
  }),
  route({
    method: "PUT",
    path: BANDWIDTH,
    summary: "Sets them. They hold from each host's next heartbeat on.",
    apiVersions: OWN_API_VERSIONS,
    body: BandwidthBody,
    answer: BandwidthResource,
    async handle(call) {
      const { vault, fabric } = await resolveFabric(call);
      const { settings } = await readBandwidth(call.context, fabric);
      const given = Object.entries(call.body.properties).filter(([, value]) => value !== undefined);
      const wanted: BandwidthSettings = { ...settings, ...Object.fromEntries(given) };
      await writeBandwidth(call.context, fabric, wanted);
      return answer(call.context, vault, fabric);
    },
  }),
];
