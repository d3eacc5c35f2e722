import { z } from "zod";
import { DemoName } from "@/lib/contract/demo-site";
import { SITE_KINDS } from "../estate/site-folder";

/**
 * The supervisor's own door: JSON over HTTP on a unix socket that only the owner may open.
 *
 * GET    /processes                                     -> ProcessList   every process that is kept running
 * GET    /sites                                         -> SiteList
 * PUT    /sites/{name}           AddSite                -> SiteStatus    a folder of images becomes a site, or a
 *                                                                        demonstration site is made (idempotent)
 * DELETE /sites/{name}                                  -> 204           images of an added folder stay
 * POST   /sites/{name}/fail                             -> SiteStatus    SIGKILL; dead until restored
 * POST   /sites/{name}/restore                          -> SiteStatus
 * POST   /sites/{name}/register  RegisterSite           -> SiteStatus    runs `secondsite site register` there
 * POST   /sites/{name}/agent/restart                    -> SiteStatus    after a registration
 * Errors: status 4xx/5xx, body {error: Explanation}.
 */
export const SiteStatus = z.object({
  name: z.string(),
  kind: z.enum(SITE_KINDS),
  folder: z.string(),
  state: z.enum(["running", "failed"]),
  processes: z.array(
    z.object({
      role: z.enum(["host", "agent"]),
      pid: z.number().nullable(),
      running: z.boolean(),
      restarts: z.number(),
    }),
  ),
  registeredVault: z.string().nullable(),
  registeredFabric: z.string().nullable(),
  /** The host's control socket (lib/compute/host-protocol). */
  hostSocket: z.string(),
});
export type SiteStatus = z.infer<typeof SiteStatus>;

export const SiteList = z.object({ sites: z.array(SiteStatus) });
export const AddSite = z.union([z.strictObject({ folder: z.string().min(1) }), z.strictObject({ demo: DemoName })]);
export const RegisterSite = z.object({ credentialsXml: z.string(), passphrase: z.string() });
export const ProcessList = z.object({
  processes: z.array(
    z.object({ name: z.string(), pid: z.number().nullable(), running: z.boolean(), restarts: z.number() }),
  ),
});
export type ProcessList = z.infer<typeof ProcessList>;
