import { z } from "zod";
import { ok } from "./answers";
import { describeApi } from "./open-api";
import { consoleRoutes } from "./resources/consoles";
import { estateSiteRoutes } from "./resources/estate-sites";
import { liveEventRoutes } from "./resources/live-events";
import { registrationRoutes } from "./resources/registration";
import { systemRoutes } from "./resources/system";
import { vaultViewRoutes } from "./resources/vault-views";
import { vaultRoutes } from "./resources/vaults";
import { route, type Route } from "./route";

const resources: readonly Route[] = [
  ...vaultRoutes,
  ...vaultViewRoutes,
  ...registrationRoutes,
  ...estateSiteRoutes,
  ...consoleRoutes,
  ...liveEventRoutes,
  ...systemRoutes,
];

/** Everything that exists. A resource adds its list above. */
export const routes: readonly Route[] = [
  ...resources,
  route({
    method: "GET",
    path: "/openapi.json",
    summary: "This description.",
    apiVersions: [],
    answer: z.object({}).loose(),
    handle: ({ context }) => ok(describeApi(resources, context.settings.version)),
  }),
];
