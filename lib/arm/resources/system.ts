import { z } from "zod";
import { ok } from "../answers";
import { route, type Route } from "../route";

const Capabilities = z.object({ v86: z.boolean(), qemu: z.boolean(), kvm: z.boolean() });
export const Info = z.object({
  name: z.literal("Secondsite"),
  version: z.string(),
  capabilities: Capabilities,
  portal: z.string(),
  tlsEndpoint: z.string(),
  defaultSubscriptionId: z.string(),
  defaultResourceGroup: z.string(),
  /** What stands in for something that this machine cannot run. */
  simulated: z.array(z.string()),
});
const Status = z.object({ status: z.string() });

/** What operators and tools ask before anything else. No api-version: these are not resources. */
export const systemRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/healthz",
    summary: "Answers while the process lives.",
    apiVersions: [],
    answer: Status,
    handle: () => ok({ status: "alive" }),
  }),
  route({
    method: "GET",
    path: "/readyz",
    summary: "Answers 200 once the database can be read.",
    apiVersions: [],
    answer: Status,
    async handle({ context }) {
      // One indexed read: what every page needs first. A database that cannot be read fails it, and so the answer.
      await context.repositories.storageAccounts.get("readiness");
      return ok({ status: "ready" });
    },
  }),
  route({
    method: "GET",
    path: "/info",
    summary: "Version and capabilities of this installation.",
    apiVersions: [],
    answer: Info,
    async handle({ context }) {
      const { settings } = context;
      return ok({
        name: "Secondsite",
        version: settings.version,
        capabilities: await context.capabilities(),
        portal: settings.portalOrigin,
        tlsEndpoint: settings.tlsOrigin,
        defaultSubscriptionId: settings.defaultSubscriptionId,
        defaultResourceGroup: settings.defaultResourceGroup,
        simulated: ["Azure region", "Azure storage accounts", "Azure virtual networks", "Azure virtual machines"],
      } satisfies z.infer<typeof Info>);
    },
  }),
];
