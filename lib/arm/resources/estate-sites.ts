import { z } from "zod";
import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { parseArmId, vaultArmId } from "@/lib/contract/arm-id";
import { DemoName } from "@/lib/contract/demo-site";
import { EstateSite, listOf } from "@/lib/contract/portal";
import { Refusal } from "@/lib/kernel/fault";
import { readEstateSites, viewOf } from "@/lib/operations/read-estate-sites";
import { removeEstateSite } from "@/lib/operations/remove-estate-site";
import { registerEstateSite, requireEstateSite } from "@/lib/operations/register-estate-site";
import { accepted, list, noContent, ok } from "../answers";
import { OWN } from "../paths";
import { presentEstateSite } from "../presenters/estate-site";
import { noSuchResource } from "../resolve";
import { route, type Call, type Route } from "../route";

const apiVersions = OWN_API_VERSIONS;
const SITES = `${OWN}/estateSites` as const;
const SITE = `${SITES}/{siteName}` as const;
type SiteCall = Call<"subscriptionId" | "resourceGroupName" | "siteName", unknown>;

const NewSite = z.strictObject({
  properties: z.union([z.strictObject({ folder: z.string().min(1) }), z.strictObject({ demo: DemoName })], {
    error: "either a folder, as a path, or a demo ('vmware'), and nothing else",
  }),
});
const Registration = z.strictObject({
  properties: z.strictObject({ vaultId: z.string(), fabricName: z.string(), passphrase: z.string() }),
});

const scopeOf = (params: { readonly subscriptionId: string; readonly resourceGroupName: string }) => ({
  subscriptionId: params.subscriptionId,
  resourceGroup: params.resourceGroupName,
});

/** The sites of this machine: what Azure has no word for, because there it is a building of the customer's. */
export const estateSiteRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: SITES,
    summary: "Lists the on-premises sites of this machine.",
    apiVersions,
    answer: listOf(EstateSite),
    async handle({ context, params }) {
      const views = await readEstateSites(context);
      return list(views.map((view) => presentEstateSite(scopeOf(params), view)));
    },
  }),
  route({
    method: "GET",
    path: SITE,
    summary: "Gets an on-premises site.",
    apiVersions,
    answer: EstateSite,
    async handle(call) {
      const status = await requireEstateSite(call.context, call.params.siteName);
      return ok(presentEstateSite(scopeOf(call.params), await viewOf(call.context, status)));
    },
  }),
  route({
    method: "PUT",
    path: SITE,
    summary: "Makes a site of a folder with disk images (VHD, VHDX, VMDK, qcow2, raw), or a demonstration site.",
    apiVersions,
    body: NewSite,
    answer: EstateSite,
    handle: (call) =>
      answerSite(call, (name) => {
        const { estate } = call.context;
        const { properties } = call.body;
        return "folder" in properties
          ? estate.addFolder(name, properties.folder)
          : estate.addDemo(name, properties.demo);
      }),
  }),
  route({
    method: "DELETE",
    path: SITE,
    summary: "Removes a site; the images of an added folder stay, disks that were made for the site go with it.",
    apiVersions,
    async handle({ context, params }) {
      await removeEstateSite(context, params.siteName);
      return noContent();
    },
  }),
  route({
    method: "POST",
    path: `${SITE}/fail`,
    summary: "Kills every process of the site; nothing restarts them.",
    apiVersions,
    answer: EstateSite,
    handle: (call) => steered(call, (name) => call.context.estate.fail(name)),
  }),
  route({
    method: "POST",
    path: `${SITE}/restore`,
    summary: "Starts the processes of a failed site again.",
    apiVersions,
    answer: EstateSite,
    handle: (call) => steered(call, (name) => call.context.estate.restore(name)),
  }),
  route({
    method: "POST",
    path: `${SITE}/register`,
    summary: "Runs the registration command on the site's host (job).",
    apiVersions,
    body: Registration,
    longRunning: true,
    async handle(call) {
      const { vaultId, fabricName, passphrase } = call.body.properties;
      const vault = await vaultById(call, vaultId);
      const fabric = await call.context.repositories.fabrics.find(vault.id, fabricName);
      if (!fabric) throw noSuchResource(fabricName, "properties.fabricName");
      const job = await registerEstateSite(call.context, {
        ...{ vault, fabric, passphrase },
        siteName: call.params.siteName,
      });
      return accepted(call, vault, job, vaultArmId(vault));
    },
  }),
];

async function steered(call: SiteCall, act: (name: string) => ReturnType<typeof requireEstateSite>): Promise<Response> {
  return answerSite(call, async (name) => act((await requireEstateSite(call.context, name)).name));
}

async function answerSite(
  call: SiteCall,
  find: (name: string) => ReturnType<typeof requireEstateSite>,
): Promise<Response> {
  const status = await find(call.params.siteName);
  call.context.live.publish({ type: "resource", vaultId: null, kind: "estateSites", name: status.name });
  return ok(presentEstateSite(scopeOf(call.params), await viewOf(call.context, status)));
}

async function vaultById(call: SiteCall, vaultId: string) {
  const parsed = parseArmId(vaultId);
  const name = parsed?.parts[0]?.name;
  const vault = parsed && name ? await call.context.repositories.vaults.find(parsed, name) : null;
  if (vault) return vault;
  throw new Refusal(
    "invalid",
    {
      code: "VaultNotFound",
      message: `${JSON.stringify(vaultId.slice(0, 200))} is not the id of a vault here.`,
      possibleCauses: "The id is incomplete, or the vault was deleted.",
      recommendedAction: "Send the vault's ARM id as its own address gives it.",
    },
    "properties.vaultId",
  );
}
