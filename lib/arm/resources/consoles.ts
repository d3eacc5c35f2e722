import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { ConsoleView } from "@/lib/contract/portal";
import type { OperationContext } from "@/lib/operations/context";
import type { ConsoleSource } from "@/lib/operations/ports/console-source";
import { ok } from "../answers";
import { eventStream } from "../event-stream";
import { OWN } from "../paths";
import { noSuchResource } from "../resolve";
import { route, type Route } from "../route";

const CONSOLE = `${OWN}/consoles/{machineId}` as const;

/** Screens of machines: of the sites while they run, of the region once deployed. One address for both. */
export const consoleRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: CONSOLE,
    summary: "The console of a machine as it is now.",
    apiVersions: OWN_API_VERSIONS,
    answer: ConsoleView,
    async handle({ context, params }) {
      for (const source of sources(context)) {
        const view = await source.view(params.machineId);
        if (view) return ok(view);
      }
      throw noSuchResource(params.machineId, "machineId");
    },
  }),
  route({
    method: "GET",
    path: `${CONSOLE}/stream`,
    summary: "Server-sent events: the console now and at every change.",
    apiVersions: OWN_API_VERSIONS,
    async handle({ context, params, signal }) {
      for (const source of sources(context)) {
        if (!(await source.view(params.machineId))) continue;
        return eventStream(source.stream(params.machineId, signal), { clock: context.clock, signal });
      }
      throw noSuchResource(params.machineId, "machineId");
    },
  }),
];

const sources = (context: OperationContext): readonly ConsoleSource[] => [
  context.regionConsoles,
  context.sourceConsoles,
];
